package lang

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	ctyyaml "github.com/zclconf/go-cty-yaml"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"go.yaml.in/yaml/v3"
)

// yamlKeys is a page of YAML as it is decoded: keys like n, no and off, which old
// YAML takes for truth values, are in quotes, so that they stay what is written. A
// key that is there twice is refused. What is not YAML is left to the decoder.
func yamlKeys(text string) (string, error) {
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		return text, nil //nolint:nilerr // the decoder says it better, or takes it
	}
	text = quoteKeys(text, &document)
	return text, mappingKeysOnce(&document)
}

// quoteKeys puts quotes around the keys that old YAML takes for truth values.
func quoteKeys(text string, document *yaml.Node) string {
	var keys []*yaml.Node
	truthKeys(document, &keys)
	if len(keys) == 0 {
		return text
	}
	lines := strings.SplitAfter(text, "\n")
	// From the end, so that the columns before stay right.
	slices.SortFunc(keys, func(a, b *yaml.Node) int { return cmp.Or(b.Line-a.Line, b.Column-a.Column) })
	for _, k := range keys {
		line := []rune(lines[k.Line-1])
		from, to := k.Column-1, k.Column-1+len(k.Value)
		if to > len(line) || string(line[from:to]) != k.Value {
			continue
		}
		lines[k.Line-1] = string(line[:from]) + `"` + k.Value + `"` + string(line[to:])
		k.Style = yaml.DoubleQuotedStyle
	}
	return strings.Join(lines, "")
}

func truthKeys(n *yaml.Node, into *[]*yaml.Node) {
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && child.Kind == yaml.ScalarNode && child.Style == 0 && oldTruth(child.Value) {
			*into = append(*into, child)
		}
		truthKeys(child, into)
	}
}

// oldTruth reports whether YAML before 1.2 alone takes a word for a truth value.
func oldTruth(word string) bool {
	switch strings.ToLower(word) {
	case "y", "n", "yes", "no", "on", "off":
		return true
	}
	return false
}

func mappingKeysOnce(n *yaml.Node) error {
	if n.Kind == yaml.MappingNode {
		first := make(map[string]*yaml.Node, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			name, ok := yamlKey(key)
			if !ok {
				continue
			}
			if old := first[name]; old != nil {
				return twiceInYAML(name, old, key)
			}
			first[name] = key
		}
	}
	for _, child := range n.Content {
		if err := mappingKeysOnce(child); err != nil {
			return err
		}
	}
	return nil
}

// yamlKey is the key that the decoder makes of a node; not that of a merge, which
// may stand several times.
func yamlKey(n *yaml.Node) (string, bool) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.ScalarNode || n.Tag == "!!merge" {
		return "", false
	}
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle|yaml.TaggedStyle) != 0 {
		return cty.NormalizeString(n.Value), true
	}
	v, err := ctyyaml.Standard.Unmarshal([]byte(n.Value), cty.DynamicPseudoType)
	if err == nil {
		v, err = convert.Convert(v, cty.String)
	}
	if err != nil || v.IsNull() {
		return n.Value, true
	}
	return v.AsString(), true
}

func twiceInYAML(name string, first, again *yaml.Node) error {
	if first.Value == again.Value {
		return fmt.Errorf("the key %q is there twice, in lines %d and %d", again.Value, first.Line, again.Line)
	}
	return fmt.Errorf("the keys %q and %q, in lines %d and %d, both mean %s; put them in quotes to keep them apart",
		first.Value, again.Value, first.Line, again.Line, name)
}
