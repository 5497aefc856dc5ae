package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/json"

	"github.com/sigilgate/sigilform/internal/lang"
)

// A file beyond these sizes is not a configuration. They keep the time and the
// memory of a run bounded.
const (
	// MaxFile is the size of a file, in bytes.
	MaxFile = 8 << 20
	maxLine = 1 << 20
)

const (
	defaultValues = "sigilform.vars.hcl"
	autoValues    = ".auto.vars.hcl"
	anyValues     = ".vars.hcl"
)

func isJSON(name string) bool { return strings.HasSuffix(name, ".json") }

func isConfig(name string) bool {
	return !strings.HasPrefix(name, ".") && !isValues(name) &&
		(strings.HasSuffix(name, ".hcl") || strings.HasSuffix(name, ".hcl.json"))
}

func isValues(name string) bool {
	return strings.HasSuffix(strings.TrimSuffix(name, ".json"), anyValues)
}

// list returns the names of a folder's files, sorted; not those of subfolders.
func (r *run) list(dir string) ([]string, error) {
	entries, err := fs.ReadDir(r.options.FS, dir)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", dir, err)
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// configFiles are the paths of a folder's configuration files.
func (r *run) configFiles(dir string) ([]string, error) {
	if dir == "." && r.options.File != "" {
		return []string{r.options.File}, nil
	}
	names, err := r.list(dir)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, name := range names {
		if isConfig(name) {
			out = append(out, path.Join(dir, name))
		}
	}
	return out, nil
}

// read reads a file and refuses what can't be a configuration.
func (r *run) read(name string) *source {
	s := &source{name: name, shown: r.withDir(name), json: isJSON(name)}
	r.addSource(s)
	text, err := readLimited(r.options.FS, name)
	if err != nil {
		r.report(problem{
			summary: "Can't read " + s.shown, detail: "The file can't be read: " + plainError(err) + ".",
			at: hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos},
		})
		return nil
	}
	s.text = text
	if !r.sound(s) {
		return nil
	}
	return s
}

func readLimited(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err //nolint:wrapcheck // explained by the caller
	}
	defer f.Close() //nolint:errcheck // nothing was written
	info, err := f.Stat()
	if err != nil {
		return nil, err //nolint:wrapcheck // explained by the caller
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a regular file")
	}
	return io.ReadAll(io.LimitReader(f, MaxFile+1)) //nolint:wrapcheck // explained by the caller
}

func plainError(err error) string {
	var p *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.As(err, &p):
		return p.Err.Error()
	}
	return err.Error()
}

// sound refuses what is too large, no text, or nested too deeply to be parsed.
func (r *run) sound(s *source) bool {
	s.text = lang.Source(s.text)
	s.broken = true // until it is parsed
	refuse := func(summary, detail string, at int) bool {
		r.report(problem{summary: summary, detail: detail, at: s.rangeAt(span{at, at})})
		return false
	}
	if len(s.text) > MaxFile {
		s.secret = true // what is so large is not searched for what to mask
		return refuse("The file is too large", "A file of a configuration has at most 8 MiB.", 0)
	}
	if at := bytes.IndexByte(s.text, 0); at >= 0 {
		return refuse("The file is not text", "It holds a zero byte, so it is binary. A configuration is text in UTF-8.", at)
	}
	if at := invalidUTF8(s.text); at >= 0 {
		return refuse("The file is not text in UTF-8", "This byte is not part of a character in UTF-8.", at)
	}
	if at := longLine(s.text); at >= 0 {
		s.secret = true
		return refuse("The line is too long", "A line of a configuration has at most 1 MiB.", at)
	}
	if s.json && lang.TextTooDeep(s.text, 100) {
		return refuse("Too deeply nested", "Brackets may be nested 100 deep.", 0)
	}
	return true
}

func invalidUTF8(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	for i := 0; i < len(text); {
		c, size := utf8.DecodeRune(text[i:])
		if c == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return -1
}

// longLine is where a line begins that is too long, or -1.
func longLine(text []byte) int {
	for start := 0; start < len(text); {
		end := bytes.IndexByte(text[start:], '\n')
		if end < 0 {
			end = len(text) - start
		}
		if end > maxLine {
			return start
		}
		start += end + 1
	}
	return -1
}

// parse parses a source; nil where that gave no body at all.
func (r *run) parse(s *source) hcl.Body {
	read := r.parseNative
	if s.json {
		read = r.parseJSON
	}
	file, diags := read(s)
	s.broken = diags.HasErrors()
	r.broken = r.broken || s.broken
	r.reportHCL(firstOfEach(diags), zero())
	if file == nil || s.broken {
		return nil
	}
	return file.Body
}

func (r *run) parseJSON(s *source) (*hcl.File, hcl.Diagnostics) {
	file, diags := json.Parse(s.text, s.name)
	if file != nil && file.Body != nil {
		file.Body = lang.MeterJSON(file.Body, r.budget)
	}
	if d := refusedTemplate(s); d != nil {
		return nil, hcl.Diagnostics{d}
	}
	return file, diags
}

func (r *run) parseNative(s *source) (*hcl.File, hcl.Diagnostics) {
	tokens, _ := hclsyntax.LexConfig(s.text, s.name, hcl.InitialPos)
	if d := lang.Refused(tokens); d != nil {
		return nil, hcl.Diagnostics{d}
	}
	file, diags := hclsyntax.ParseConfig(s.text, s.name, hcl.InitialPos)
	if file != nil {
		if body, ok := file.Body.(*hclsyntax.Body); ok {
			lang.Meter(body, r.budget)
		}
	}
	return file, diags
}

// refusedTemplate finds a template in a string of JSON that must not be parsed:
// that happens only when it is evaluated.
func refusedTemplate(s *source) *hcl.Diagnostic {
	for i := 0; i < len(s.text); i++ {
		if s.text[i] != '"' {
			continue
		}
		end := stringEnd(s.text, i)
		content := s.text[i+1 : min(end, len(s.text))]
		if bytes.Contains(content, []byte("${")) || bytes.Contains(content, []byte("%{")) {
			tokens, _ := hclsyntax.LexTemplate(content, s.name, hcl.InitialPos)
			if d := lang.Refused(tokens); d != nil {
				d.Subject = s.rangeAt(span{i, end}).Ptr()
				return d
			}
		}
		i = end
	}
	return nil
}

// firstOfEach drops what follows from a string that is not closed: from there on
// the parser takes text for code and code for text.
func firstOfEach(diags hcl.Diagnostics) hcl.Diagnostics {
	for i, d := range diags {
		if d.Summary == "Invalid multi-line string" || d.Summary == "Unterminated template string" {
			return diags[:i+1]
		}
	}
	return diags
}
