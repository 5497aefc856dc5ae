package lang

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// jsonKeysOnce refuses JSON with an object that has a key twice. Text that is not
// JSON is left to the decoder.
func jsonKeysOnce(text string) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	// open are the keys of the objects that are open; nil for a list.
	var open []map[string]bool
	key := false // the next text is a key
	for {
		token, err := d.Token()
		if err != nil {
			return nil //nolint:nilerr // the end, or what the decoder says better
		}
		switch t := token.(type) {
		case json.Delim:
			open = opened(open, t)
		case string:
			if key {
				name, keys := cty.NormalizeString(t), open[len(open)-1]
				if keys[name] {
					return fmt.Errorf("an object has the key %q twice", name)
				}
				keys[name], key = true, false
				continue
			}
		}
		key = len(open) > 0 && open[len(open)-1] != nil
	}
}

func opened(open []map[string]bool, d json.Delim) []map[string]bool {
	switch d {
	case '{':
		return append(open, map[string]bool{})
	case '[':
		return append(open, nil)
	}
	return open[:len(open)-1]
}
