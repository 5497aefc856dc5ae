package lang

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/sigilgate/sigilform/internal/schema"
)

// TestBudget lets small expressions ask for much. Each is refused before it is
// made: without a budget most of these take all memory of a machine.
func TestBudget(t *testing.T) {
	t.Parallel()
	const limit = 2 << 20
	for _, c := range []string{
		`setproduct(range(1000), range(1000), range(1000))`,
		`replace(local.text, "a", local.text)`,
		`replace(local.text, "/a/", local.text)`,
		`replace(local.text, "/.*/", join("", [for i in range(1000) : "$0"]))`,
		`replace(local.text, "", local.text)`,
		`indent(100000000, "a\nb")`,
		`join(local.text, range(1000))`,
		`join("", [for i in range(1000) : local.text])`,
		`jsonencode([for i in range(1000) : local.text])`,
		`yamlencode([for i in range(1000) : local.text])`,
		`format(join("", [for i in range(1000) : "%s"]), local.text)`,
		`format("%100000000s", "a")`,
		`format("%-100000000.5d", 1)`,
		`format("%.100000000f", 1)`,
		`formatlist("%s%s", [for i in range(1000) : local.text], local.text)`,
		`[for i in range(1000) : [for j in range(1000) : [for k in range(1000) : 1]]]`,
		`{for i in range(1000) : i => {for j in range(1000) : j => j}}`,
		`[for i in range(1000) : {a = 1, b = 1, c = 1, d = 1, e = 1, f = 1, g = 1, h = 1, i = 1, j = 1, k = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}]`,
		`"%{for i in range(1000)}${local.text}%{endfor}"`,
		`"%{for i in range(1000)}%{for i in range(1000)}x%{endfor}%{endfor}"`,
		"<<T\n%{for i in range(1000)}${local.text}%{endfor}\nT\n",
		`[for i in range(1000) : local.list[*].a]`,
		`[for i in range(1000) : concat(local.list, local.list)]`,
		`[for i in range(1000) : upper(local.text)]`,
		`[for i in range(1000) : contains(local.list, 1)]`,
		`try([for i in range(1000) : [for j in range(1000) : 1]], "swallowed")`,
		`csvdecode(join("", [for i in range(1000) : ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\n"]))`,
		`jsondecode("[${join(",", [for i in range(1000) : local.brackets])}]")`,
		`split(",", join("", [for i in range(1000) : ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,"]))`,
		`regexall("(((((((((a)))))))))", join("", [for i in range(20) : local.text]))`,
		`templatefile("large.tmpl", {})`,
	} {
		b := NewBudget(limit, func() error { return nil })
		_, _ = b.evaluate(c)
		var over *OverBudget
		if !errors.As(b.Err(), &over) || over.Limit != limit {
			t.Errorf("%s: %v", c, b.Err())
		}
	}
}

// evaluate evaluates an expression with some values to make much of.
func (b *Budget) evaluate(text string) (cty.Value, hcl.Diagnostics) {
	expr, diags := ParseExpression([]byte(text), "test.hcl", b)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	list := make([]cty.Value, 1000)
	for i := range list {
		list[i] = cty.ObjectVal(map[string]cty.Value{"a": cty.NumberIntVal(int64(i))})
	}
	return expr.Value(&hcl.EvalContext{
		Functions: Functions(folder(), NewTypes(schema.Network()), b),
		Variables: map[string]cty.Value{"local": cty.ObjectVal(map[string]cty.Value{
			"text": cty.StringVal(strings.Repeat("a", 8000)), "list": cty.ListVal(list),
			"brackets": cty.StringVal("[" + strings.Repeat("[],", 500) + "[]]"),
		})},
	})
}

// TestBudgetLeavesRoom: what a network needs is far from the limit.
func TestBudgetLeavesRoom(t *testing.T) {
	t.Parallel()
	for _, c := range []string{
		`{for i in range(1000) : "user-${i}" => {id = i, name = upper("user-${i}"), cores = [for j in range(3) : j]}}`,
		`replace("10.0.0.1", ".", "-")`, `indent(4, "a\nb\nc")`, `format("%05.1f %-20s %#v", 1.5, "a", [1])`,
		`jsondecode(jsonencode(local.list))`, `yamldecode(yamlencode({a = [1, 2]}))`, `setproduct(range(30), range(30))`,
		`yamldecode("a: &a [1]\nb: *a\nc: *a\n")`, `regexall("(a)(b)?", "aaaaab")`, `10 * 20 / 3 % 4 - 1 + 0.5`,
	} {
		b := NewBudget(DefaultBudget/64, func() error { return nil })
		if _, diags := b.evaluate(c); diags.HasErrors() || b.Err() != nil {
			t.Errorf("%s: %v %v", c, diags, b.Err())
		}
	}
}

// TestBudgetStops: an evaluation is stopped between two steps, and try catches
// nothing of that.
func TestBudgetStops(t *testing.T) {
	t.Parallel()
	stopped := errors.New("stopped")
	for _, c := range []string{
		`[for i in range(1000) : upper("a")]`, `[for i in range(1000) : "a${i}"]`, `[for i in range(1000) : i + 1]`,
		`try([for i in range(1000) : upper("a")], "swallowed")`, `[for i in range(1000) : [for j in [1] : j]]`,
	} {
		asked := 0
		b := NewBudget(1<<40, func() error {
			if asked++; asked > 3 {
				return stopped
			}
			return nil
		})
		_, _ = b.evaluate(c)
		if !errors.Is(b.Err(), stopped) || asked != 4 {
			t.Errorf("%s: asked %d times, %v", c, asked, b.Err())
		}
		b.Renew(func() error { return nil })
		if b.Err() != nil || b.Charge(1<<40) != nil {
			t.Errorf("a new evaluation: %v", b.Err())
		}
	}
}

// TestHold: a value that holds another one often counts as often.
func TestHold(t *testing.T) {
	t.Parallel()
	b := NewBudget(1<<20, func() error { return nil })
	v := cty.StringVal("a")
	for range 40 {
		v = cty.TupleVal([]cty.Value{v, v})
		if b.Hold(v) != nil {
			break
		}
	}
	var over *OverBudget
	if !errors.As(b.Err(), &over) {
		t.Errorf("error: %v", b.Err())
	}
}

// TestNumbersThatCantBeWritten are refused wherever they come from.
func TestNumbersThatCantBeWritten(t *testing.T) {
	t.Parallel()
	for _, c := range []string{
		`1e99999999`, `-1e99999999`, `1e-99999999`, `"${1e99999999}"`, `upper(1e99999999)`, `tostring(1e99999999)`,
		`1e9000 * 1e9000`, `tonumber("1e99999999")`, `"1e99999999" + 1`, `jsondecode("[1e99999999]")`, `yamldecode("a: 1e99999999")`,
		`cidrhost("10.0.0.0/8", "1e99999999")`, `1 / 0`, `pow(10, 1000000)`, `tonumber("inf")`, `max("1e99999999", 1)`,
		`"${"1e99999999" - 1}"`, fmt.Sprintf(`parseint(%q, 10)`, strings.Repeat("9", 200_000)), `sum(["inf"])`,
	} {
		b := NewBudget(DefaultBudget, func() error { return nil })
		if v, diags := b.evaluate(c); !diags.HasErrors() {
			t.Errorf("%.80s: %#v", c, v)
		} else if text := diags.Error(); strings.Contains(text, "goroutine") || strings.Contains(text, "panic") {
			t.Errorf("%.80s: %s", c, text)
		}
	}
	for _, c := range []string{`1e300`, `1e-300`, `123456789012345678901234567890`, `0`, `-0.5e2`} {
		b := NewBudget(DefaultBudget, func() error { return nil })
		if _, diags := b.evaluate(c); diags.HasErrors() {
			t.Errorf("%s: %v", c, diags)
		}
	}
}

// TestFaultsOfFunctionsAreTold: no error shows the stack of the program.
func TestFaultsOfFunctionsAreTold(t *testing.T) {
	t.Parallel()
	for _, c := range []string{`indent(-1, "a\nb")`, `log(-1, 2)`, `log(1, 1)`, `pow(-1, 0.5)`, `sum([1/0, -1/0])`, `(1/0) % 3`, `1 % 0`} {
		b := NewBudget(DefaultBudget, func() error { return nil })
		if _, diags := b.evaluate(c); strings.Contains(diags.Error(), "panic") || strings.Contains(diags.Error(), "goroutine") {
			t.Errorf("%s: %v", c, diags)
		}
	}
}

func TestSums(t *testing.T) {
	t.Parallel()
	if times(math.MaxInt64/2, 3) != math.MaxInt64 || times(0, 5) != 0 || times(6, 7) != 42 {
		t.Error("times")
	}
	if plus(math.MaxInt64, 1) != math.MaxInt64 || plus(1, 2) != 3 {
		t.Error("plus")
	}
	for n, want := range map[int64]string{1 << 30: "1 GiB", 3 << 20: "3 MiB", 1500: "1500 bytes", 2048: "2 KiB"} {
		if got := SizeText(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}
