package lang

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/sigilgate/sigilform/internal/addr"
	"github.com/sigilgate/sigilform/internal/schema"
)

func folder() fstest.MapFS {
	return fstest.MapFS{
		"users.csv":           {Data: []byte("name,region\nalice,eu\nbob,us\n")},
		"a/b.txt":             {Data: []byte("hello")},
		"marked.md":           {Data: []byte(ByteOrderMark + "hello")},
		"a/deep/er/c.txt":     {Data: []byte("c")},
		"a/.git/config.txt":   {Data: []byte("no")},
		"binary":              {Data: []byte{0xff, 0xfe}},
		"large.tmpl":          {Data: []byte("%{ for i in range(1000) }%{ for j in range(1000) }x%{ endfor }%{ endfor }")},
		"greet.tmpl":          {Data: []byte("Hello ${name}!%{ for i in list } ${upper(i)}%{ endfor }")},
		"nested.tmpl":         {Data: []byte(`${templatefile("nested.tmpl", {})}`)},
		"broken.tmpl":         {Data: []byte("one\n${")},
		"null.tmpl":           {Data: []byte("${null}")},
		"fails.tmpl":          {Data: []byte("${tonumber(secret)}")},
		"modules/eu/name.txt": {Data: []byte("eu")},
	}
}

func testScope() *hcl.EvalContext {
	types := NewTypes(schema.Network())
	return &hcl.EvalContext{
		Functions: Functions(folder(), NewTypes(schema.Network()), unlimited()),
		Variables: map[string]cty.Value{
			"secret":  cty.StringVal("hunter2").Mark(Sensitive),
			"unknown": cty.UnknownVal(cty.String),
			"core": types.Object(addr.New(addr.Core, "ams", addr.NoKey), map[string]cty.Value{
				"ip": cty.StringVal("203.0.113.1"),
			}),
		},
	}
}

func evaluate(t *testing.T, source string) (cty.Value, hcl.Diagnostics) {
	t.Helper()
	expr, diags := ParseExpression([]byte(source), "test.hcl", unlimited())
	if diags.HasErrors() {
		t.Fatalf("%s: %s", source, diags)
	}
	return expr.Value(testScope())
}

func encodeJSON(t *testing.T, v cty.Value) string {
	t.Helper()
	v, _ = v.UnmarkDeep()
	raw, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

type call struct{ expr, want string }

func checkCalls(t *testing.T, calls []call) {
	t.Helper()
	for _, c := range calls {
		v, diags := evaluate(t, c.expr)
		if diags.HasErrors() {
			t.Errorf("%s: %s", c.expr, diags)
			continue
		}
		if got := encodeJSON(t, v); got != c.want {
			t.Errorf("%s = %s, want %s", c.expr, got, c.want)
		}
	}
}

func TestNumberFunctions(t *testing.T) {
	t.Parallel()
	checkCalls(t, []call{
		{`abs(-2)`, `2`},
		{`ceil(1.2)`, `2`},
		{`floor(1.8)`, `1`},
		{`log(8, 2)`, `3`},
		{`max(1, 3, 2)`, `3`},
		{`min(1, 3, 2)`, `1`},
		{`parseint("ff", 16)`, `255`},
		{`pow(2, 10)`, `1024`},
		{`signum(-5)`, `-1`},
		{`sum([1, 2, 3.5])`, `6.5`},
		{`sum(["1", 2])`, `3`},
	})
}

func TestStringFunctions(t *testing.T) {
	t.Parallel()
	checkCalls(t, []call{
		{`chomp("a\n\n")`, `"a"`},
		{`endswith("core-ams", "ams")`, `true`},
		{`startswith("core-ams", "core")`, `true`},
		{`strcontains("core-ams", "re-a")`, `true`},
		{`format("%s-%03d", "core", 7)`, `"core-007"`},
		{`formatlist("%s.example.com", ["a", "b"])`, `["a.example.com","b.example.com"]`},
		{`indent(2, "a\nb")`, `"a\n  b"`},
		{`join("-", ["a", "b"])`, `"a-b"`},
		{`lower("ÀB")`, `"àb"`},
		{`regex("[0-9]+", "a12b")`, `"12"`},
		{`regexall("[0-9]", "a1b2")`, `["1","2"]`},
		{`replace("1.2.3", ".", "-")`, `"1-2-3"`},
		{`replace("a1b22", "/[0-9]+/", "<$0>")`, `"a\u003c1\u003eb\u003c22\u003e"`},
		{`split(",", "a,b")`, `["a","b"]`},
		{`strrev("abc")`, `"cba"`},
		{`substr("abcdef", 1, 3)`, `"bcd"`},
		{`title("hello world")`, `"Hello World"`},
		{`trim("??a??", "?")`, `"a"`},
		{`trimprefix("core-a", "core-")`, `"a"`},
		{`trimsuffix("a.com", ".com")`, `"a"`},
		{`trimspace(" a ")`, `"a"`},
		{`upper("a")`, `"A"`},
	})
}

func TestCollectionFunctions(t *testing.T) {
	t.Parallel()
	checkCalls(t, []call{
		{`alltrue([true, true])`, `true`},
		{`alltrue([])`, `true`},
		{`alltrue([true, null])`, `false`},
		{`anytrue([false, true])`, `true`},
		{`anytrue([])`, `false`},
		{`chunklist(["a", "b", "c"], 2)`, `[["a","b"],["c"]]`},
		{`coalesce(null, "a")`, `"a"`},
		{`coalesce("", "a")`, `"a"`},
		{`coalesce("", 5)`, `"5"`},
		{`coalesce([], [1])`, `[]`},
		{`coalesce(null, 0, 1)`, `0`},
		{`coalescelist([], ["a"])`, `["a"]`},
		{`compact(["a", "", null])`, `["a"]`},
		{`concat(["a"], ["b"])`, `["a","b"]`},
		{`contains(["a", "b"], "b")`, `true`},
		{`contains(["a"], null)`, `false`},
		{`contains(["a", null], null)`, `true`},
		{`contains(["a", null], "b")`, `false`},
		{`contains(toset(["a"]), { r = null }.r)`, `false`},
		{`contains([{ a = null }], { a = null })`, `true`},
		{`contains([], null)`, `false`},
		{`contains(["1"], 1)`, `false`},
		{`distinct(["a", "a", "b"])`, `["a","b"]`},
		{`element(["a", "b"], 3)`, `"b"`},
		{`flatten([["a"], ["b", ["c"]]])`, `["a","b","c"]`},
		{`index(["a", "b"], "b")`, `1`},
		{`keys({ b = 1, a = 2 })`, `["a","b"]`},
		{`length(["a", "b"])`, `2`},
		{`length({ a = 1 })`, `1`},
		{`length("añ")`, `2`},
		{`length("noe\u0308l")`, `4`},
		{`lookup({ a = 1 }, "a")`, `1`},
		{`lookup(tomap({ a = 1 }), "b", 5)`, `5`},
		{`lookup({ a = "x" }, "b", "y")`, `"y"`},
		{`lookup({}, "a", null)`, `null`},
		{`lookup(tomap({ a = "x" }), "b", null)`, `null`},
		{`lookup({ a = null }, "a", 1)`, `null`},
		{`matchkeys(["i1", "i2", "i3"], ["w", "e", "w"], ["w"])`, `["i1","i3"]`},
		{`matchkeys(["a", "b"], [1, 2], ["1"])`, `["a"]`},
		{`merge({ a = 1 }, { a = 2, b = 3 })`, `{"a":2,"b":3}`},
		{`one(["a"])`, `"a"`},
		{`one(toset([]))`, `null`},
		{`range(3)`, `[0,1,2]`},
		{`reverse([1, 2])`, `[2,1]`},
		{`setintersection(["a", "b"], ["b"])`, `["b"]`},
		{`setproduct(["a"], ["x", "y"])`, `[["a","x"],["a","y"]]`},
		{`setsubtract(["a", "b"], ["b"])`, `["a"]`},
		{`setunion(["a"], ["b"])`, `["a","b"]`},
		{`slice(["a", "b", "c"], 1, 3)`, `["b","c"]`},
		{`sort(["b", "a"])`, `["a","b"]`},
		{`transpose({ a = ["x", "y"], b = ["y"] })`, `{"x":["a"],"y":["a","b"]}`},
		{`values({ b = 1, a = 2 })`, `[2,1]`},
		{`zipmap(["a", "b"], [1, 2])`, `{"a":1,"b":2}`},
	})
}

func TestEncodingFunctions(t *testing.T) {
	t.Parallel()
	checkCalls(t, []call{
		{`base64encode("hello")`, `"aGVsbG8="`},
		{`base64decode("aGVsbG8=")`, `"hello"`},
		{`csvdecode(file("users.csv"))[1].name`, `"bob"`},
		{`jsondecode("{\"a\": [1, null]}").a`, `[1,null]`},
		{`jsonencode({ b = 1, a = [true] })`, `"{\"a\":[true],\"b\":1}"`},
		{`jsondecode(jsonencode(core)).ip`, `"203.0.113.1"`},
		{`contains(keys(jsondecode(jsonencode(core))), "(identity)")`, `false`},
		{`urlencode("a b&c")`, `"a+b%26c"`},
		{`yamldecode("a: [1, x]").a`, `[1,"x"]`},
		{`yamldecode("n: 1\nno: 2")`, `{"n":1,"no":2}`},
		{`yamldecode("\u00e9: { on: [yes], off: no, \"y\": 1 }").é`, `{"off":false,"on":[true],"y":1}`},
		{`yamldecode("a: &x { k: 1 }\nb: { <<: *x, <<: *x, l: 2 }").b`, `{"k":1,"l":2}`},
		{`jsondecode("{\"a\": {\"b\": 1}, \"b\": [{\"b\": 1}, {\"b\": 2}]}").b[1].b`, `2`},
		{`csvdecode("\ufeffname\nalice\n")[0].name`, `"alice"`},
		{`jsondecode("\ufeff{\"a\": 1}").a`, `1`},
		{`yamldecode("\ufeffa: 1").a`, `1`},
		{`yamldecode(yamlencode({ a = 1 })).a`, `1`},
		{`yamldecode("a: &x [1]\nb: *x").b`, `[1]`},
		{`sha256("abc")`, `"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"`},
		{`substr(sha512("abc"), 0, 16)`, `"ddaf35a193617aba"`},
		{`uuidv5("dns", "www.example.com")`, `"2ed6657d-e927-568b-95e1-2665a8aea6a2"`},
		{`uuidv5("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com")`, `"2ed6657d-e927-568b-95e1-2665a8aea6a2"`},
	})
}

func TestConversionFunctions(t *testing.T) {
	t.Parallel()
	checkCalls(t, []call{
		{`tobool("true")`, `true`},
		{`tolist(["a", 1])`, `["a","1"]`},
		{`tomap({ a = 1, b = "x" })`, `{"a":"1","b":"x"}`},
		{`tonumber("12")`, `12`},
		{`toset(["b", "a", "b"])`, `["a","b"]`},
		{`tostring(12)`, `"12"`},
		{`type("a")`, `"string"`},
		{`type(tolist(["a"]))`, `"list(string)"`},
		{`type([core, 1])`, `"tuple([core, number])"`},
		{`type({ a = true, b = tomap({ c = core }) })`, `"object({a = bool, b = map(core)})"`},
		{`try(tonumber("x"), "no")`, `"no"`},
		{`can(tonumber("x"))`, `false`},
	})
}

func TestNetworkAndTimeFunctions(t *testing.T) {
	t.Parallel()
	checkCalls(t, []call{
		{`cidrhost("10.12.112.0/20", 16)`, `"10.12.112.16"`},
		{`cidrhost("10.12.127.9/20", -1)`, `"10.12.127.255"`},
		{`cidrhost("2001:db8::/64", 34)`, `"2001:db8::22"`},
		{`cidrnetmask("172.16.0.0/12")`, `"255.240.0.0"`},
		{`cidrnetmask("0.0.0.0/0")`, `"0.0.0.0"`},
		{`cidrsubnet("172.16.0.0/12", 4, 2)`, `"172.18.0.0/16"`},
		{`cidrsubnet("2001:db8::/32", 32, 4294967295)`, `"2001:db8:ffff:ffff::/64"`},
		{`cidrsubnets("10.1.0.0/16", 4, 4, 8, 4)`, `["10.1.0.0/20","10.1.16.0/20","10.1.32.0/24","10.1.48.0/20"]`},
		{`formatdate("YYYY-MM-DD", "2026-04-19T12:00:00Z")`, `"2026-04-19"`},
		{`timeadd("2026-04-19T12:00:00Z", "10m")`, `"2026-04-19T12:10:00Z"`},
		{`timecmp("2026-04-19T12:00:00Z", "2026-04-19T14:00:00+02:00")`, `0`},
		{`timecmp("2026-04-19T12:00:00Z", "2026-04-19T12:00:01Z")`, `-1`},
	})
}

func TestFileFunctions(t *testing.T) {
	t.Parallel()
	checkCalls(t, []call{
		{`file("a/b.txt")`, `"hello"`},
		{`file("./a/../a/./b.txt")`, `"hello"`},
		{`file("marked.md")`, `"hello"`},
		{`templatefile("marked.md", {})`, `"hello"`},
		{`filebase64("binary")`, `"//4="`},
		{`fileexists("a/b.txt")`, `true`},
		{`fileexists("a/none.txt")`, `false`},
		{`fileset("a", "*.txt")`, `["b.txt"]`},
		{`fileset(".", "**/*.txt")`, `["a/b.txt","a/deep/er/c.txt","modules/eu/name.txt"]`},
		{`fileset("a", ".git/*")`, `[".git/config.txt"]`},
		{`fileset("a", "none/*")`, `[]`},
		{`templatefile("greet.tmpl", { name = "you", list = ["a", "b"] })`, `"Hello you! A B"`},
		{`basename("a/b.txt")`, `"b.txt"`},
		{`dirname("a/b.txt")`, `"a"`},
	})
}

func TestFunctionErrors(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 600)
	for _, c := range []call{
		{`file("/etc/passwd")`, "absolute path"},
		{`file("../x")`, "outside the configuration's folder"},
		{`file("a/../../x")`, "outside the configuration's folder"},
		{`file("~/x")`, "home folder"},
		{`file("")`, "the path is empty"},
		{`file("none")`, "there is no file"},
		{`file("a")`, "is a folder"},
		{`file("binary")`, "filebase64 reads any file"},
		{`fileset("none", "*")`, "there is no file"},
		{`fileset("a", "[")`, "is not a pattern"},
		{`templatefile("greet.tmpl", { nam = "x", list = [] })`, `did you mean "nam"?`},
		{`templatefile("greet.tmpl", "x")`, "are an object"},
		{`templatefile("greet.tmpl", { "a b" = 1 })`, "not the name of a variable"},
		{`templatefile("nested.tmpl", {})`, "templatefile"},
		{`templatefile("broken.tmpl", {})`, "broken.tmpl:2"},
		{`templatefile("null.tmpl", {})`, "makes a null"},
		{`base64decode("!")`, "not base64"},
		{`base64decode("//4=")`, "not UTF-8"},
		{`cidrhost("10.0.0.0/8x", 1)`, "is not a network"},
		{`cidrhost("10.0.0.0/30", 4)`, "only 4 addresses"},
		{`cidrhost("10.0.0.0/30", -5)`, "only 4 addresses"},
		{`cidrhost("10.0.0.0/30", 1.5)`, "whole number"},
		{`cidrsubnet("10.0.0.0/24", 9, 0)`, "8 bits at most"},
		{`cidrsubnet("10.0.0.0/24", 1, 2)`, "there are 2"},
		{`cidrsubnets("10.0.0.0/24", 1, 1, 1)`, "no room left"},
		{`cidrnetmask("2001:db8::/32")`, "only IPv4"},
		{`index(["a"], "b")`, "not in the list"},
		{`lookup({}, "a")`, "third argument would be the default"},
		{`lookup(tomap({ b = 1 }), "a")`, "third argument would be the default"},
		{`one(["a", "b"])`, "none or one"},
		{`sum([])`, "an empty list has no sum"},
		{`coalesce("", null)`, "name one more that is neither"},
		{`contains("abc", "a")`, "not a list, a set or a tuple"},
		{`{ a = 1, b = 2, "a" = 3 }`, `the key "a" already`},
		{`{ "${"a"}" = 1, (lower("A")) = 2 }`, `the key "a" already`},
		{`[{ x = { a = 1, a = 1 } }]`, `the key "a" already`},
		{`{ "${secret}" = 1, (secret) = 2 }`, "has this key already"},
		{`jsondecode("{\"a\": [{\"b\": 1, \"c\": {}, \"b\": 2}]}")`, `the key "b" twice`},
		{`jsondecode("{\"e\u0301\": 1, \"\u00e9\": 2}")`, `twice`},
		{`yamldecode("a: 1\nb: 2\na: 3")`, `"a" is there twice, in lines 1 and 3`},
		{`yamldecode("- x: { 1: a, \"1\": b }")`, `"1" is there twice`},
		{`yamldecode("true: 1\nTrue: 2")`, `"true" and "True", in lines 1 and 2, both mean true`},
		{`yamldecode("n: 1\n\"n\": 2")`, `"n" is there twice`},
		{`uuidv5("x", "y")`, "a UUID"},
		{`timecmp("yesterday", "2026-04-19T12:00:00Z")`, "is not a time"},
		{`jsondecode("` + deep + `")`, "500 deep"},
		{`yamldecode("` + deep + `")`, "500 deep"},
		{`replace("a", "/(/", "")`, "missing closing"},
	} {
		_, diags := evaluate(t, c.expr)
		if !diags.HasErrors() || !strings.Contains(diags.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", c.expr, diags, c.want)
		}
	}
}

func TestSensitiveValuesStaySensitive(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string]bool{
		`upper(secret)`:                    true,
		`"a-${secret}"`:                    true,
		`sha256(secret)`:                   true,
		`length(secret)`:                   true,
		`merge({ a = secret }, {})`:        true,
		`lookup({ a = secret }, "a")`:      true,
		`lookup({ a = "x" }, secret, "y")`: true,
		`jsonencode({ a = secret })`:       true,
		`[for s in [secret] : s]`:          true,
		`templatefile("greet.tmpl", { name = secret, list = [] })`: true,
		`try(secret, "x")`:                     true,
		`coalesce(null, secret)`:               true,
		`coalesce(sensitive(""), "x")`:         true,
		`coalesce("x", secret)`:                false,
		`contains([secret], "x")`:              true,
		`lookup({}, "a", secret)`:              true,
		`sensitive("x")`:                       true,
		`nonsensitive(secret)`:                 false,
		`nonsensitive("x")`:                    false,
		`issensitive(secret)`:                  false,
		`lookup({ a = secret, b = "x" }, "b")`: false,
		`type({ (secret) = 1 })`:               true,
		`type([{ a = { (secret) = 1 } }])`:     true,
		`type(zipmap([secret], [{}]))`:         true,
		`type({ a = secret })`:                 false,
		`type([secret])`:                       false,
		`timecmp("2026-04-19T12:00:00Z", sensitive("2026-04-19T12:00:00Z"))`: true,
	} {
		v, diags := evaluate(t, expr)
		if diags.HasErrors() {
			t.Errorf("%s: %s", expr, diags)
			continue
		}
		if got := IsSensitive(v); got != want {
			t.Errorf("IsSensitive(%s) = %t, want %t", expr, got, want)
		}
		bare, sensitive := Unmark(v)
		if bare.ContainsMarked() || sensitive != want {
			t.Errorf("Unmark(%s) = %#v, %t", expr, bare, sensitive)
		}
	}
}

// The library's errors quote their arguments; ours never quote a secret.
func TestErrorsHideSensitiveArguments(t *testing.T) {
	t.Parallel()
	for _, expr := range []string{
		`tonumber(secret)`, `tobool(secret)`, `parseint(secret, 16)`, `regex("[", secret)`, `jsondecode(secret)`,
		`timecmp(secret, secret)`, `cidrhost(secret, 1)`, `uuidv5(secret, "x")`, `file(secret)`, `fileexists("/${secret}")`,
		`lookup({ a = 1 }, secret)`, `lookup(tomap({ a = 1 }), secret)`, `formatdate(secret, "2026-04-19T12:00:00Z")`,
		`templatefile("fails.tmpl", { secret = secret })`, `templatefile(secret, {})`, `base64decode(secret)`,
		`fileset(secret, "*")`, `transpose({ (secret) = null })`, `format("%d", secret)`, `tonumber({ a = secret }.a)`,
	} {
		_, diags := evaluate(t, expr)
		if !diags.HasErrors() {
			t.Errorf("%s: no error", expr)
		}
		if strings.Contains(diags.Error(), "hunter2") {
			t.Errorf("%s: the error shows the value: %s", expr, diags)
		}
	}
}

func TestUnknownArguments(t *testing.T) {
	t.Parallel()
	for _, expr := range []string{
		`upper(unknown)`, `length([unknown])`, `jsonencode([unknown])`, `file(unknown)`, `alltrue([unknown == "x"])`,
		`lookup({ a = 1 }, unknown)`, `templatefile("greet.tmpl", { name = unknown, list = [] })`, `index([unknown], "a")`,
		`transpose({ a = [unknown] })`, `matchkeys(["a"], [unknown], ["b"])`, `one(toset([unknown]))`, `jsondecode(unknown)`,
	} {
		v, diags := evaluate(t, expr)
		if diags.HasErrors() {
			t.Errorf("%s: %s", expr, diags)
		}
		if strings.HasPrefix(expr, "length") {
			continue
		}
		if v, _ := v.Unmark(); v.IsKnown() {
			t.Errorf("%s = %#v, want an unknown value", expr, v)
		}
	}
}

func TestNoFunctionIsImpure(t *testing.T) {
	t.Parallel()
	functions := Functions(folder(), NewTypes(schema.Network()), unlimited())
	for _, name := range []string{"timestamp", "plantimestamp", "uuid", "bcrypt", "env", "getenv", "pathexpand", "abspath", "rsadecrypt"} {
		if _, ok := functions[name]; ok {
			t.Errorf("%s depends on the machine, the clock or chance", name)
		}
	}
	// What a template can do, functions can do: the templates' own set differs
	// only by templatefile.
	if len(functions) != len(slices.Collect(maps.Keys(Functions(nil, NewTypes(schema.Network()), unlimited())))) {
		t.Error("the set of functions depends on the files")
	}
}

func TestFunctionsGiveTheSameTwice(t *testing.T) {
	t.Parallel()
	for _, expr := range []string{
		`fileset(".", "**")`, `uuidv5("dns", "a")`, `jsonencode({ b = 1, a = 2, c = 3 })`, `yamlencode({ b = 1, a = 2, c = 3 })`,
		`transpose({ a = ["x"], b = ["x"] })`, `toset(["c", "a", "b"])`, `setproduct(["b", "a"], ["y", "x"])`,
	} {
		first, _ := evaluate(t, expr)
		for range 5 {
			if again, _ := evaluate(t, expr); !again.RawEquals(first) {
				t.Errorf("%s gives %#v, then %#v", expr, first, again)
			}
		}
	}
}

func TestYAMLThatGrows(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"quotes hide brackets": "# \"\n" + strings.Repeat("[", 200_000),
		"nested sequences":     strings.Repeat("- ", 200_000) + "x",
		"aliases":              bomb(),
	} {
		functions := Functions(folder(), NewTypes(schema.Network()), unlimited())
		if _, err := functions["yamldecode"].Call([]cty.Value{cty.StringVal(source)}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func bomb() string {
	var b strings.Builder
	b.WriteString("a: &a [" + strings.Repeat("x,", 9) + "]\n")
	for c := 'b'; c <= 'm'; c++ {
		fmt.Fprintf(&b, "%c: &%c [%s]\n", c, c, strings.Repeat(fmt.Sprintf("*%c, ", c-1), 9))
	}
	return b.String()
}

// unlimited is a budget for tests of something else.
func unlimited() *Budget { return NewBudget(1<<40, func() error { return nil }) }
