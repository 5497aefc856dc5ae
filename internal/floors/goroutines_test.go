package floors

import (
	"fmt"
	"go/ast"
	"slices"
)

// starter is the only room that starts goroutines: there they recover.
const starter = "internal/fault"

// starting lists what starts a goroutine that nobody recovers. What calls back
// later may be called with fault.Quiet.
func starting() (banned, later []string) {
	return []string{"sync.WaitGroup", "golang.org/x/sync/errgroup.Group", "golang.org/x/sync/errgroup.WithContext"},
		[]string{"time.AfterFunc", "context.AfterFunc"}
}

// checkGoroutines finds goroutines that end the process when they panic.
func checkGoroutines(at, room string, floor int, file *ast.File) []string {
	if floor == testRoom || room == starter {
		return nil
	}
	names := importNames(file)
	banned, later := starting()
	quiet := map[ast.Expr]bool{}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = append(found, at+" starts a goroutine that does not recover: use "+starter)
		case *ast.CallExpr:
			if slices.Contains(later, qualified(names, n.Fun)) && len(n.Args) == 2 && isQuiet(names, n.Args[1]) {
				quiet[n.Fun] = true
			}
		case *ast.SelectorExpr:
			name := qualified(names, n)
			if slices.Contains(banned, name) || slices.Contains(later, name) && !quiet[n] {
				found = append(found, fmt.Sprintf("%s names %s, whose goroutine does not recover: use %s", at, name, starter))
			}
		}
		return true
	})
	return found
}

// qualified is the name of what an expression names in another package, with
// the path of that.
func qualified(names map[string]string, e ast.Expr) string {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	x, ok := sel.X.(*ast.Ident)
	if !ok {
		return ""
	}
	return names[x.Name] + "." + sel.Sel.Name
}

func isQuiet(names map[string]string, e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	return ok && qualified(names, call.Fun) == module+"/"+starter+".Quiet"
}
