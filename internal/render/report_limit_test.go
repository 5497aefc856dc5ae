package render_test

import (
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/render"
)

// TestMarkdownOfALongError: what a command failed with may be longer than a
// comment, and the comment still says that it failed.
func TestMarkdownOfALongError(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("it is *said* twice 💥 ", 8000)
	e := &render.ErrorDocument{Code: "x", Summary: "etcd refused it", Detail: long, Hint: "look there", ExitCode: 1}
	for _, r := range []*render.Report{
		{Command: "sigilform apply", Error: e, ExitCode: 1},
		{Command: "sigilform apply", Error: &render.ErrorDocument{Summary: long, ExitCode: 1}, ExitCode: 1},
	} {
		text := r.Markdown(render.CommentLimit(), render.Options{})
		checkMarkdown(t, text, 65_536)
		if !strings.HasPrefix(text, render.Marker("")+"\n### ❌ sigilform apply\n") || !strings.Contains(text, "> **") {
			t.Errorf("got %.300s", text)
		}
	}
}

// TestMarkdownFitsAnyRoom: a step's summary that is nearly full takes what fits,
// and nothing rather than too much: GitHub drops all of a summary that is too
// long, with what others wrote.
func TestMarkdownFitsAnyRoom(t *testing.T) {
	t.Parallel()
	all := reports(t)
	all["large"] = planReport(large(300))
	many := diag.List{}
	for range 300 {
		many = append(many, diag.Diagnostic{Severity: diag.Error, Summary: "wrong", Detail: strings.Repeat("x", 100)})
	}
	all["validation"] = validationReport(many)
	for name, r := range all {
		for _, room := range []int{0, 1, 60, 400, 1000, 3000, 4095, 4096, 4097, 5000, 6000, 9000, 20_000} {
			text := r.Markdown(render.Limit{Max: room, Bytes: true}, render.Options{})
			if len(text) > room {
				t.Errorf("%s: %d bytes in a room of %d", name, len(text), room)
			}
			checkMarkdown(t, text, 1<<20)
		}
	}
}

// TestMarkdownIsNoReference: what others write links to no issue, and is not a formula.
func TestMarkdownIsNoReference(t *testing.T) {
	t.Parallel()
	l := diag.List{{Severity: diag.Error, Summary: "see org/repo#12 and $x$", Detail: "#12 $y$"}}
	text := validationReport(l).Markdown(render.CommentLimit(), render.Options{})
	for _, bad := range []string{"#12", "$x", "x$"} {
		if strings.Contains(text, bad) {
			t.Errorf("%q is in\n%s", bad, text)
		}
	}
}

// TestOtherConflictIsTold: an error is told by a plan only where the plan has it.
func TestOtherConflictIsTold(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"conflict", "denied"} {
		r := planReport(large(1))
		r.Error, r.ExitCode = &render.ErrorDocument{Code: code, Summary: "somebody was faster", ExitCode: 3}, 3
		for _, f := range append(formats(), render.JSON) {
			if f == render.GitLab {
				continue
			}
			text := new(strings.Builder)
			if err := r.Write(text, f, render.Options{}); err != nil || !strings.Contains(text.String(), "somebody was faster") {
				t.Errorf("%s does not say why it failed with %s (%v):\n%.500s", f, code, err, text)
			}
		}
	}
}
