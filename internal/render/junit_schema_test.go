package render_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/sigilgate/sigilform/internal/render"
)

// xsdElement is what Jenkins's schema of JUnit allows in an element. It declares
// all of them at the top, in one way.
type xsdElement struct {
	Name    string `xml:"name,attr"`
	Complex struct {
		Children []struct {
			Ref string `xml:"ref,attr"`
		} `xml:"sequence>element"`
		Attributes []struct {
			Name string `xml:"name,attr"`
			Use  string `xml:"use,attr"`
		} `xml:"attribute"`
	} `xml:"complexType"`
}

func junitSchema(t *testing.T) map[string]xsdElement {
	t.Helper()
	data, err := os.ReadFile("testdata/schema/junit-4.xsd")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Elements []xsdElement `xml:"element"`
	}
	if err := xml.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	out := map[string]xsdElement{}
	for _, e := range schema.Elements {
		out[e.Name] = e
	}
	return out
}

// misfit is the first thing of a report that the schema does not allow: an
// element, its place among its siblings, or an attribute.
func misfit(schema map[string]xsdElement, text string) error {
	d := xml.NewDecoder(strings.NewReader(text))
	type level struct {
		allowed []string
		at      int
	}
	stack := []level{{allowed: []string{"testsuites"}}}
	for {
		token, err := d.Token()
		switch e := token.(type) {
		case xml.StartElement:
			top := &stack[len(stack)-1]
			i := slices.Index(top.allowed[top.at:], e.Name.Local)
			if i < 0 {
				return errors.New("<" + e.Name.Local + "> is out of place")
			}
			top.at += i
			declared := schema[e.Name.Local]
			if err := attributesFit(&declared, e.Attr); err != nil {
				return err
			}
			next := level{}
			for _, c := range declared.Complex.Children {
				next.allowed = append(next.allowed, c.Ref)
			}
			stack = append(stack, next)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func attributesFit(declared *xsdElement, found []xml.Attr) error {
	has := map[string]bool{}
	for _, a := range found {
		has[a.Name.Local] = true
	}
	for _, a := range declared.Complex.Attributes {
		if a.Use == "required" && !has[a.Name] {
			return errors.New("<" + declared.Name + "> lacks " + a.Name)
		}
		delete(has, a.Name)
	}
	for name := range has {
		return errors.New("<" + declared.Name + "> may not have " + name)
	}
	return nil
}

func TestJUnitFitsItsSchema(t *testing.T) {
	t.Parallel()
	schema := junitSchema(t)
	for name, r := range reports(t) {
		text := rendered(t, func(w *bytes.Buffer) error { return r.Write(w, render.JUnit, render.Options{}) })
		if err := misfit(schema, text); err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
	for _, wrong := range []string{
		`<testsuite name="a" tests="1"/>`, `<testsuites><testsuite name="a"/></testsuites>`,
		`<testsuites><testsuite name="a" tests="1"><testcase name="a" file="x"/></testsuite></testsuites>`,
		`<testsuites><testsuite name="a" tests="1"><testcase name="a"><failure/><error/></testcase></testsuite></testsuites>`,
	} {
		if misfit(schema, wrong) == nil {
			t.Errorf("%s fits", wrong)
		}
	}
}
