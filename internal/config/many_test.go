package config

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sigilgate/sigilform/internal/diag"
	"github.com/sigilgate/sigilform/internal/schema"
)

// enoughTime is far above what a case takes of a processor: what grows with the
// square of their number takes minutes.
const enoughTime = 15 * time.Second

// processorTime is what a function takes of a processor, however busy that is.
func processorTime(t *testing.T, f func()) time.Duration {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const thisThread = 1 // RUSAGE_THREAD
	used := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(thisThread, &u); err != nil {
			t.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	before := used()
	f()
	return used() - before
}

// TestManyErrors: as many errors as a large configuration can hold cost no more
// than its size; what is kept of them is what somebody reads.
func TestManyErrors(t *testing.T) {
	t.Parallel()
	const n = 10_000
	many := func(format string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(format, "#", strconv.Itoa(i)))
		}
		return b.String()
	}
	all := fmt.Sprintf("flatten([for i in range(%d) : [for j in range(100) : \"${i}-${j}\"]])", n/100)
	instances := "for_each = { for k in " + all + " : k => k }\n"
	for name, text := range map[string]string{
		"names that are not there": many("locals { name_# = local.nome_# }\n"),
		"keys that are not there":  "locals { all = { for k in " + all + " : k => k } }\ncore \"a\" {\n" + instances + "ip = local.all[\"x${each.key}\"]\n}\n",
		"one of another module":    "module \"m\" {\nsource = \"./m\"\n" + many("wrong_# = 1\n") + "}\n",
		"twice, among secrets":     many("locals {\n  password = \"x#\"\n}\n"),
		"secrets among settings":   "core \"a\" {\nip = \"192.0.2.1\"\nsettings = {\n" + many("k# = \"AKIA${\"ABCDEFGH\"}IJKLMNO2\"\n") + "}\n}\n",
		"each of a secret list":    "locals {\nall = sensitive(" + all + ")\n" + many("wrong_# = tonumber(local.all[# + 0])\n") + "}\n",
		"values of no use":         "core \"a\" {\n" + instances + "ip = regex(\"x\", each.key)\n}\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fsys := files(map[string]string{"a.hcl": "network \"n\" {}\n" + text, "m/m.hcl": many("variable \"v_#\" { default = 1 }\n")})
			var found diag.List
			took := processorTime(t, func() { _, found = Load(t.Context(), Options{Catalogue: schema.Network(), FS: fsys}) })
			if !found.HasErrors() || len(found) > diag.MaxFindings+1 {
				t.Errorf("%d findings", len(found))
			}
			if took > enoughTime {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// TestSuggestionsOfMany: the first of many findings says what it may mean.
func TestSuggestionsOfMany(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("network \"n\" {}\nlocals {\n")
	for i := range maxCompared / 50 {
		fmt.Fprintf(&b, "  name_%d = 1\n", i)
	}
	b.WriteString("  a_first = local.mame_77\n")
	for i := range 2 * diag.MaxFindings {
		fmt.Fprintf(&b, "  wrong_%d = local.nome_%d\n", i, i)
	}
	b.WriteString("}\n")
	_, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: files(map[string]string{"a.hcl": b.String()})})
	if len(found) < 2 || found[0].Hint != `did you mean "name_77"?` || found[len(found)-2].Hint != "" {
		t.Errorf("found %+v", found)
	}
}

// TestPlaceShowsNoSecret: the other place of an early finding is shown with what
// was known to be secret only later.
func TestPlaceShowsNoSecret(t *testing.T) {
	t.Parallel()
	fsys := files(map[string]string{
		"a.hcl": "network \"n\" {}\ncore \"c\" { ip = \"192.0.2.1\" }\nlocals { pin = \"hunter2hunter2\" }\nlocals { pin = \"hunter2hunter2\" }\n",
		"b.hcl": "variable \"pin\" {\n  sensitive = true\n  default = \"x\"\n}\n",
	})
	_, found := Load(t.Context(), Options{Catalogue: schema.Network(), FS: fsys})
	if !hasSummary(found, "local.pin is declared twice") {
		t.Fatalf("found %v", summaries(found))
	}
	for _, d := range found {
		snippets := []*diag.Snippet{d.Snippet}
		for _, p := range d.Related {
			snippets = append(snippets, p.Snippet)
		}
		for _, s := range snippets {
			if s != nil && strings.Contains(s.Code, "hunter2") {
				t.Errorf("shown: %s", s.Code)
			}
		}
	}
}
