package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// JournalSteps are the steps of a journal. Their list is rewritten with every
// step, and must fit a request with it: so many steps are spelled as short as it
// goes.
//
// Then a step is "<writes>+<revisions>", how much further it is than the one before
// it. The usual "+1" is left out; "?" stands for a revision that is not known.
type JournalSteps []JournalStep

// fewSteps are listed as objects, which earlier versions read, too.
const fewSteps = 32

// MarshalJSON spells the steps.
func (s JournalSteps) MarshalJSON() ([]byte, error) {
	if len(s) <= fewSteps {
		return json.Marshal([]JournalStep(s)) //nolint:wrapcheck // numbers can't fail
	}
	words := make([]string, len(s))
	var before JournalStep
	for i, step := range s {
		words[i] = strconv.Itoa(step.End - before.End)
		switch d := step.Revision - before.Revision; {
		case step.Revision == 0:
			words[i] += "?"
		case d != 1:
			words[i] += "+" + strconv.FormatInt(d, 10)
		}
		before = step
	}
	return json.Marshal(strings.Join(words, " ")) //nolint:wrapcheck // a string can't fail
}

// UnmarshalJSON reads what [JournalSteps.MarshalJSON] spells.
func (s *JournalSteps) UnmarshalJSON(text []byte) error {
	var list []JournalStep
	if json.Unmarshal(text, &list) == nil {
		*s = list
		return nil
	}
	var spelled string
	if err := json.Unmarshal(text, &spelled); err != nil {
		return errors.New("its steps are neither a text nor a list")
	}
	var at JournalStep
	for word := range strings.FieldsSeq(spelled) {
		next, err := nextStep(at, word)
		if err != nil {
			return err
		}
		list, at = append(list, next), next
	}
	*s = list
	return nil
}

func nextStep(before JournalStep, word string) (JournalStep, error) {
	bad := fmt.Errorf("%q is not a step", word)
	ends, unknown := strings.CutSuffix(word, "?")
	ends, further, given := strings.Cut(ends, "+")
	writes, err := strconv.ParseInt(ends, 10, 32)
	if err != nil || unknown && given {
		return JournalStep{}, bad
	}
	out := JournalStep{End: before.End + int(writes)}
	switch {
	case unknown:
		return out, nil
	case !given:
		out.Revision = before.Revision + 1
		return out, nil
	}
	revisions, err := strconv.ParseInt(further, 10, 64)
	if err != nil {
		return JournalStep{}, bad
	}
	out.Revision = before.Revision + revisions
	return out, nil
}
