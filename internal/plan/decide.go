package plan

// verdict is what a row means for one field.
type verdict struct {
	action Action // empty: nothing to do
	reason Reason
}

// decide says what to do about a row. It knows no field and no object, so that
// every field is treated alike.
func decide(row Row) verdict {
	switch row {
	case RowForget:
		return verdict{action: Forget}
	case RowDelete:
		return verdict{action: Delete}
	case RowDeleteDrift:
		return verdict{action: Delete, reason: Both}
	case RowCreate:
		return verdict{action: Create}
	case RowAdopt:
		return verdict{action: Adopt, reason: Adopted}
	case RowTakeOver:
		return verdict{action: Update, reason: TakenOver}
	case RowRestoreGone:
		return verdict{action: Create, reason: Drift}
	case RowCreateDrift:
		return verdict{action: Create, reason: Both}
	case RowRestore:
		return verdict{action: Update, reason: Drift}
	case RowConverge:
		return verdict{action: Record, reason: Converged}
	case RowUpdate:
		return verdict{action: Update}
	case RowUpdateDrift:
		return verdict{action: Update, reason: Both}
	case RowNothing, RowForeign, RowInSync:
	}
	return verdict{}
}
