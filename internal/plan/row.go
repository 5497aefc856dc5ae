package plan

// Row names one of the fifteen rows of the three-way comparison as D, L and V:
// "." is absent, equal letters are equal values.
type Row string

// The fifteen rows.
const (
	RowNothing     Row = "..."
	RowForeign     Row = "..x"
	RowForget      Row = ".x."
	RowDelete      Row = ".xx"
	RowDeleteDrift Row = ".xy"
	RowCreate      Row = "x.."
	RowAdopt       Row = "x.x"
	RowTakeOver    Row = "x.y"
	RowRestoreGone Row = "xx."
	RowCreateDrift Row = "xy."
	RowInSync      Row = "xxx"
	RowRestore     Row = "xxy"
	RowConverge    Row = "xyx"
	RowUpdate      Row = "xyy"
	RowUpdateDrift Row = "xyz"
)

// Optional is a value that may be absent.
type Optional struct {
	Present bool
	Text    string
}

// Some is a present value.
func Some(text string) Optional { return Optional{Present: true, Text: text} }

// Classify finds the row of desired, last applied and live. It is the only
// place that compares the three.
func Classify(desired, last, live Optional) Row {
	letters := "xyz"
	var row [3]byte
	var seen []Optional
	for i, v := range [3]Optional{desired, last, live} {
		row[i] = '.'
		if !v.Present {
			continue
		}
		at := 0
		for at < len(seen) && seen[at] != v {
			at++
		}
		if at == len(seen) {
			seen = append(seen, v)
		}
		row[i] = letters[at]
	}
	return Row(row[:])
}

// Drifted reports whether the row says that someone else changed the field.
func (r Row) Drifted() bool {
	switch r {
	case RowDeleteDrift, RowRestoreGone, RowCreateDrift, RowRestore, RowUpdateDrift:
		return true
	default:
		return false
	}
}
