package lang

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// maxFiles bounds the names that one fileset looks at.
const maxFiles = 100_000

// fileSet is the names of the files of a folder that match a pattern, relative
// to that folder. In a pattern * and ? stand for letters of one name, ** for any
// number of folders. A name that starts with a dot matches only a pattern that
// starts with one: what tools keep there is no part of a configuration.
func fileSet(files fs.FS) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}, {Name: "pattern", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Set(cty.String)),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			root, err := within(args[0].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			pattern, err := readPattern(args[1].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(1, err)
			}
			names, err := search(files, root, pattern)
			if err != nil {
				return cty.NilVal, function.NewArgError(0, unreadable(args[0].AsString(), err))
			}
			if len(names) == 0 {
				return cty.SetValEmpty(cty.String), nil
			}
			return cty.SetVal(names), nil
		},
	})
}

func readPattern(text string) ([]string, error) {
	clean, err := within(text)
	if err != nil {
		return nil, err
	}
	parts := strings.Split(clean, "/")
	for _, part := range parts {
		if _, err := path.Match(part, ""); err != nil {
			return nil, fmt.Errorf("%q is not a pattern: %w", text, err)
		}
	}
	return parts, nil
}

func search(files fs.FS, root string, pattern []string) ([]cty.Value, error) {
	var names []cty.Value
	seen := 0
	err := fs.WalkDir(files, root, func(at string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if seen++; seen > maxFiles {
			return fmt.Errorf("there are more than %d files", maxFiles)
		}
		name := strings.TrimPrefix(at, root+"/")
		if root == "." {
			name = at
		}
		parts := strings.Split(name, "/")
		switch {
		case at == root && entry.IsDir():
		case at == root:
			return errors.New("it is not a folder")
		case entry.IsDir() && !leads(pattern, parts):
			return fs.SkipDir
		case !entry.IsDir() && matches(pattern, parts):
			names = append(names, cty.StringVal(name))
		}
		return nil
	})
	return names, err
}

// leads reports whether files below a folder can match.
func leads(pattern, folder []string) bool {
	if len(folder) == 0 {
		return len(pattern) > 0
	}
	if len(pattern) == 0 {
		return false
	}
	if pattern[0] == "**" {
		return leads(pattern[1:], folder) || !dotted(folder[0]) && leads(pattern, folder[1:])
	}
	return matchName(pattern[0], folder[0]) && leads(pattern[1:], folder[1:])
}

func matches(pattern, name []string) bool {
	if len(pattern) == 0 {
		return len(name) == 0
	}
	if pattern[0] == "**" {
		return matches(pattern[1:], name) || len(name) > 0 && !dotted(name[0]) && matches(pattern, name[1:])
	}
	return len(name) > 0 && matchName(pattern[0], name[0]) && matches(pattern[1:], name[1:])
}

func matchName(pattern, name string) bool {
	if dotted(name) && !dotted(pattern) {
		return false
	}
	ok, err := path.Match(pattern, name)
	return ok && err == nil
}

func dotted(name string) bool { return strings.HasPrefix(name, ".") }
