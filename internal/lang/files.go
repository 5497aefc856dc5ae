package lang

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// maxFile bounds what one call reads: more is not part of a configuration.
const maxFile = 64 << 20

func fileFunctions(files fs.FS) map[string]function.Function {
	return map[string]function.Function{
		"basename":   textFunction("path", func(s string) (string, error) { return path.Base(s), nil }),
		"dirname":    textFunction("path", func(s string) (string, error) { return path.Dir(s), nil }),
		"file":       textFunction("path", func(s string) (string, error) { return readText(files, s) }),
		"filebase64": textFunction("path", func(s string) (string, error) { return readBase64(files, s) }),
		"fileexists": fileExists(files),
		"fileset":    fileSet(files),
	}
}

// within turns a path as it is written into a name in the root folder.
func within(name string) (string, error) {
	switch clean := path.Clean(name); {
	case name == "":
		return "", errors.New("the path is empty")
	case strings.HasPrefix(name, "/"):
		return "", fmt.Errorf("%q is an absolute path; files are read below the configuration's folder only, "+
			"by a path relative to it", name)
	case strings.HasPrefix(name, "~"):
		return "", fmt.Errorf("%q is in a home folder; files are read below the configuration's folder only", name)
	case clean == ".." || strings.HasPrefix(clean, "../"):
		return "", fmt.Errorf("%q is outside the configuration's folder; files are read below it only", name)
	case !fs.ValidPath(clean):
		return "", fmt.Errorf("%q is not the path of a file", name)
	default:
		return clean, nil
	}
}

func readText(files fs.FS, name string) (string, error) {
	raw, err := readFile(files, name)
	if err != nil {
		return "", err
	}
	if !utf8.Valid(raw) {
		return "", fmt.Errorf("%q is not text in UTF-8; filebase64 reads any file", name)
	}
	return strings.TrimPrefix(string(raw), ByteOrderMark), nil
}

func readBase64(files fs.FS, name string) (string, error) {
	raw, err := readFile(files, name)
	return base64.StdEncoding.EncodeToString(raw), err
}

func readFile(files fs.FS, name string) ([]byte, error) {
	clean, err := within(name)
	if err != nil {
		return nil, err
	}
	f, err := files.Open(clean)
	if err != nil {
		return nil, unreadable(name, err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, unreadable(name, err)
	case info.IsDir():
		return nil, fmt.Errorf("%q is a folder; fileset lists the files in it", name)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%q is not a regular file", name)
	}
	raw, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, unreadable(name, err)
	case len(raw) > maxFile:
		return nil, fmt.Errorf("%q is larger than %d MiB", name, maxFile>>20)
	}
	return raw, nil
}

// unreadable says why a file can't be read, without the machine's own paths.
func unreadable(name string, err error) error {
	var at *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no file %q in the configuration's folder; paths start there, "+
			`and "${path.module}/..." in a module starts in the module's folder`, name)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%q may not be read by this user", name)
	case strings.Contains(err.Error(), "escapes"):
		return fmt.Errorf("%q is a link that leads outside the configuration's folder; files are read below it only", name)
	case errors.As(err, &at):
		return fmt.Errorf("%q can't be read: %w", name, at.Err)
	}
	return fmt.Errorf("%q can't be read: %w", name, err)
}

func fileExists(files fs.FS) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			found, err := exists(files, args[0].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			return cty.BoolVal(found), nil
		},
	})
}

func exists(files fs.FS, name string) (bool, error) {
	clean, err := within(name)
	if err != nil {
		return false, err
	}
	info, err := fs.Stat(files, clean)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, unreadable(name, err)
	case info.IsDir():
		return false, fmt.Errorf("%q is a folder, not a file", name)
	}
	return true, nil
}
