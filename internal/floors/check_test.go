package floors

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
)

// pkg is one package of the module as its source files.
type pkg struct {
	// path is below the module, "internal/plan"; empty for the root.
	path  string
	files []source
}

// source is one file that is not a test.
type source struct{ name, text string }

// check returns every breach of the architecture by one package, in order.
func check(p pkg) []string {
	floor, known := rooms()[p.path]
	if !known {
		return []string{fmt.Sprintf(
			"%s has no floor: give it one in internal/floors/rooms_test.go and a line in docs/ARCHITECTURE.md", p.name())}
	}
	found := checkNames(p)
	if !slices.ContainsFunc(p.files, func(f source) bool { return f.name == "doc.go" }) && floor != program {
		found = append(found, p.name()+" has no doc.go: say there what the package does and what it refuses to do")
	}
	for _, f := range p.files {
		found = append(found, checkFile(p, floor, f)...)
	}
	return found
}

func (p pkg) name() string {
	if p.path == "" {
		return "the root package"
	}
	return p.path
}

func checkNames(p pkg) []string {
	var found []string
	if slices.Contains(vague(), path.Base(p.path)) {
		found = append(found, p.path+": the name says nothing of what is inside")
	}
	for _, f := range p.files {
		if slices.Contains(vague(), strings.TrimSuffix(f.name, ".go")) {
			found = append(found, p.path+"/"+f.name+": the name says nothing of what is inside")
		}
	}
	return found
}

func checkFile(p pkg, floor int, f source) []string {
	at := path.Join(p.path, f.name)
	var found []string
	if n := strings.Count(f.text, "\n"); n > maxLines {
		found = append(found, fmt.Sprintf("%s has %d lines, more than %d: it holds more than one noun", at, n, maxLines))
	}
	file, err := parser.ParseFile(token.NewFileSet(), f.name, f.text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return append(found, at+": "+err.Error())
	}
	if f.name == "doc.go" && strings.TrimSpace(file.Doc.Text()) == "" {
		found = append(found, at+" has no package comment")
	}
	for _, spec := range file.Imports {
		if why := checkImport(p.path, floor, unquote(spec.Path.Value)); why != "" {
			found = append(found, at+" imports "+spec.Path.Value+": "+why)
		}
	}
	found = append(found, checkGoroutines(at, p.path, floor, file)...)
	return append(found, checkCalls(at, floor, file)...)
}

func unquote(literal string) string {
	s, err := strconv.Unquote(literal)
	if err != nil {
		return literal
	}
	return s
}

// checkImport says why a package of a floor may not have an import; empty
// where it may.
func checkImport(from string, floor int, target string) string {
	if floor == testRoom {
		return ""
	}
	if inner, ok := strings.CutPrefix(target, module+"/"); ok {
		return checkInner(from, floor, inner)
	}
	if !strings.Contains(strings.Split(target, "/")[0], ".") {
		return checkStandard(floor, target)
	}
	return checkOutside(from, target)
}

func checkInner(from string, floor int, target string) string {
	to, known := rooms()[target]
	switch {
	case !known:
		return "it has no floor in internal/floors/rooms_test.go"
	case to == testRoom:
		return "it is for tests only"
	case floor > rooms()[orchestrator] && floor != program && slices.Contains(behind(), target):
		return "only " + orchestrator + " deals with it: call that"
	case to < floor || within()[from] == target:
		return ""
	}
	return fmt.Sprintf("floor %d may not import floor %d, only lower ones", floor, to)
}

func checkStandard(floor int, target string) string {
	if floor < pureBelow && slices.Contains(machine(), target) {
		return fmt.Sprintf("floors below %d do not touch the machine; take a value or an interface", pureBelow)
	}
	return ""
}

func checkOutside(from, target string) string {
	start := row(target, outside())
	switch allowed := outside()[start]; {
	case start == "":
		return "it is in no row of the table of outside imports"
	case slices.Contains(allowed, from):
		return ""
	default:
		return "only " + strings.Join(allowed, ", ") + " may have it"
	}
}

// row is the row of a table of outside imports that an import falls under, the
// narrowest where there are several; empty where there is none.
func row(target string, table map[string][]string) string {
	found := ""
	for start := range table {
		if (target == start || strings.HasPrefix(target, start+"/")) && len(start) > len(found) {
			found = start
		}
	}
	return found
}

// checkCalls finds the banned functions, whatever name their package was
// imported under, called or passed on as values.
func checkCalls(at string, floor int, file *ast.File) []string {
	names := importNames(file)
	banned := calls()
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := sel.X.(*ast.Ident)
		if !ok {
			return true
		}
		name := names[x.Name] + "." + sel.Sel.Name
		if c, ok := banned[name]; ok && floor != testRoom && floor < c.below {
			found = append(found, fmt.Sprintf("%s names %s: %s", at, name, c.why))
		}
		return true
	})
	return found
}

// importNames maps the name of each import in a file to its path.
func importNames(file *ast.File) map[string]string {
	names := map[string]string{}
	for _, spec := range file.Imports {
		target := unquote(spec.Path.Value)
		name := path.Base(target)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = target
	}
	return names
}
