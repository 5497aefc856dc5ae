package render

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/sigilgate/sigilform/internal/plan"
)

// The parts of a JUnit report, as GitLab, Jenkins and GitHub's viewers read it.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name      string        `xml:"name,attr"`
	Classname string        `xml:"classname,attr"`
	Error     *junitMessage `xml:"error,omitempty"`
	Failure   *junitMessage `xml:"failure,omitempty"`
	Output    string        `xml:"system-out,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// junit is a test case for each check: each policy and valve, each object that
// drifted, each finding, and one for the command itself.
func (r *Report) junit(w io.Writer, redact *redactor) error {
	suite := junitSuite{Name: r.Command, Cases: []junitCase{r.commandCase(redact)}}
	if r.Plan != nil {
		for i := range r.Plan.Policies {
			if d := &r.Plan.Policies[i]; d.verdict() == plan.Passed {
				suite.Cases = append(suite.Cases, junitCase{Name: clean(redact, d.Name), Classname: "sigilform." + strings.ReplaceAll(d.noun(), " ", "_")})
			}
		}
	}
	for _, f := range r.findings(redact) {
		if f.rule != ruleError {
			suite.Cases = append(suite.Cases, r.findingCase(&f, redact))
		}
	}
	suite.count()
	all := junitSuites{Name: "sigilform", Tests: suite.Tests, Failures: suite.Failures, Errors: suite.Errors, Suites: []junitSuite{suite}}
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("encode JUnit: %w", err)
	}
	return write(w, xml.Header+string(text)+"\n")
}

func (s *junitSuite) count() {
	s.Tests = len(s.Cases)
	for i := range s.Cases {
		if s.Cases[i].Failure != nil {
			s.Failures++
		}
		if s.Cases[i].Error != nil {
			s.Errors++
		}
	}
}

// commandCase passes where the command came to its end.
func (r *Report) commandCase(redact *redactor) junitCase {
	c := junitCase{Name: r.Command, Classname: "sigilform"}
	if n := r.Network(); n != "" {
		c.Name += " " + clean(redact, n)
	}
	if r.Error != nil && !r.told() {
		c.Error = &junitMessage{
			Message: clean(redact, r.Error.Summary), Type: clean(redact, r.Error.Code), Text: Escape(redact.sentences(r.Error.Detail, r.Error.Hint)),
		}
	}
	return c
}

// findingCase fails but for warnings and notes, which say what they say.
func (r *Report) findingCase(f *finding, redact *redactor) junitCase {
	c := junitCase{Name: clean(redact, f.title), Classname: "sigilform." + strings.ReplaceAll(clean(redact, f.rule), "/", ".")}
	if f.address != "" && !strings.Contains(f.title, f.address) {
		c.Name = clean(redact, f.address) + ": " + c.Name
	}
	said := clean(redact, f.message)
	if path, line := r.file(f); path != "" {
		said = clean(redact, path) + ":" + strconv.Itoa(line) + "\n" + said
	}
	if f.level == failing || f.rule == ruleDrift && r.Drift != nil {
		c.Failure = &junitMessage{Message: clean(redact, f.title), Type: clean(redact, f.rule), Text: said}
		return c
	}
	c.Output = clean(redact, f.title) + "\n" + said
	return c
}

// clean is a text of others without what must not be shown.
func clean(redact *redactor, s string) string { return Escape(redact.text(s)) }
