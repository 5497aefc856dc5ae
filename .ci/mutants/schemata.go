package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// mutant is one small change of one function.
type mutant struct {
	number     int
	file, name string // name of the function
	line       int
	runs       token.Position // what a test must reach to meet it
	// id says which it is without a line's number, so that a change elsewhere
	// leaves it what it is.
	id string
	// hash is that of the function and the change: what is known of it holds as
	// long as that stays.
	hash  string
	first int // its lines in the generated file
	last  int
	code  string
	call  string
}

// source is a file of the package that is examined.
type source struct {
	path    string
	text    []byte
	set     *token.FileSet
	syntax  *ast.File
	mutants []*mutant
}

// collect finds every mutant of a package.
func collect(dir string) ([]*source, []*mutant, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, nil, err
	}
	var sources []*source
	var all []*mutant
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		s := &source{path: name, set: token.NewFileSet()}
		if s.text, err = os.ReadFile(name); err != nil {
			return nil, nil, err
		}
		if s.syntax, err = parser.ParseFile(s.set, name, s.text, parser.ParseComments); err != nil {
			return nil, nil, err
		}
		for _, d := range s.syntax.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Body != nil {
				s.mutate(f, len(all)+len(s.mutants)+1)
			}
		}
		sources, all = append(sources, s), append(all, s.mutants...)
	}
	return sources, all, nil
}

func (s *source) offset(p token.Pos) int { return s.set.Position(p).Offset }
func (s *source) between(from, to token.Pos) string {
	return string(s.text[s.offset(from):s.offset(to)])
}

// mutate makes a copy of a function for each change.
func (s *source) mutate(f *ast.FuncDecl, number int) {
	name := fullName(f)
	seen := map[string]int{}
	for _, e := range operators(f, s.between) {
		at := s.set.Position(e.from)
		line := strings.TrimSpace(strings.SplitN(string(s.text[at.Offset-at.Column+1:]), "\n", 2)[0])
		id := strings.Join([]string{filepath.Base(s.path), name, e.operator, line}, "\t")
		if seen[id]++; seen[id] > 1 {
			id += fmt.Sprintf("\t%d", seen[id])
		}
		m := &mutant{number: number, file: s.path, name: name, line: at.Line, runs: s.set.Position(e.runs), id: id}
		m.code, m.call = s.copyOf(f, e, number)
		m.hash = digest(s.between(f.Pos(), f.End()), id)
		s.mutants = append(s.mutants, m)
		number++
	}
}

func digest(parts ...string) string {
	var text []byte
	for _, p := range parts {
		text = fmt.Appendf(text, "%d %s", len(p), p)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])[:16]
}

func fullName(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return f.Name.Name
	}
	t := f.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if index, ok := t.(*ast.IndexExpr); ok {
		t = index.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name + "." + f.Name.Name
	}
	return f.Name.Name
}

// copyOf is the changed function under another name, and the call that leads to it.
func (s *source) copyOf(f *ast.FuncDecl, e edit, number int) (code, call string) {
	name := fmt.Sprintf("%s_mutant%d", f.Name.Name, number)
	head := s.between(f.Pos(), f.Name.Pos()) + name + s.between(f.Name.End(), f.Body.Pos())
	code = head + s.between(f.Body.Pos(), e.from) + e.text + s.between(e.to, f.End()) + "\n"
	call = name
	if f.Recv != nil {
		call = s.names(f.Recv)[0] + "." + name
	}
	if f.Type.TypeParams != nil {
		call += "[" + strings.Join(s.names(f.Type.TypeParams), ", ") + "]"
	}
	args := strings.Join(s.names(f.Type.Params), ", ")
	if n := len(f.Type.Params.List); n > 0 {
		if _, ok := f.Type.Params.List[n-1].Type.(*ast.Ellipsis); ok {
			args += "..."
		}
	}
	call += "(" + args + ")"
	if f.Type.Results != nil {
		return code, "return " + call
	}
	return code, call + "; return"
}

// names are those of a list of parameters, as they are passed on. What has no name
// is not used, so that any value serves.
func (s *source) names(list *ast.FieldList) []string {
	var out []string
	for _, f := range list.List {
		zero := "(*new(" + s.between(f.Type.Pos(), f.Type.End()) + "))"
		if len(f.Names) == 0 {
			out = append(out, zero)
		}
		for _, n := range f.Names {
			if n.Name == "_" {
				out = append(out, zero)
			} else {
				out = append(out, n.Name)
			}
		}
	}
	return out
}

// generate writes a file with all of its mutants: each function asks first whether
// one of its own is on.
func (s *source) generate(dropped map[int]bool) []byte {
	var out bytes.Buffer
	last := 0
	for _, d := range s.syntax.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		var ways strings.Builder
		for _, m := range s.mutants {
			if m.name == fullName(f) && !dropped[m.number] && within(s.set, f, m.line) {
				fmt.Fprintf(&ways, "case %d: %s; ", m.number, m.call)
			}
		}
		at := s.offset(f.Body.Lbrace) + 1
		out.Write(s.text[last:at])
		if ways.Len() > 0 {
			fmt.Fprintf(&out, "if mutantOn != 0 { switch mutantOn { %s} };", ways.String())
		}
		last = at
	}
	out.Write(s.text[last:])
	for _, m := range s.mutants {
		m.first, m.last = 0, -1
		if !dropped[m.number] {
			m.first = bytes.Count(out.Bytes(), []byte("\n")) + 1
			out.WriteString(m.code)
			m.last = bytes.Count(out.Bytes(), []byte("\n"))
		}
	}
	return out.Bytes()
}

func within(set *token.FileSet, f *ast.FuncDecl, line int) bool {
	return set.Position(f.Pos()).Line <= line && line <= set.Position(f.End()).Line
}
