package render

import (
	"slices"
	"strings"
)

// maxSARIF is how many results are kept: GitHub shows 5,000 of a run.
const maxSARIF = 5000

// The parts of SARIF 2.1.0 that sigilform writes. A library for all of it would
// bring two more; this is a page.
type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool         `json:"tool"`
	ColumnKind  string            `json:"columnKind"`
	Invocations []sarifInvocation `json:"invocations"`
	Results     []sarifResult     `json:"results"`
	Properties  map[string]any    `json:"properties,omitempty"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version,omitempty"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string    `json:"id"`
	ShortDescription sarifText `json:"shortDescription"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifInvocation struct {
	ExecutionSuccessful bool `json:"executionSuccessful"`
	ExitCode            int  `json:"exitCode"`
}

type sarifResult struct {
	RuleID              string            `json:"ruleId"`
	RuleIndex           int               `json:"ruleIndex"`
	Level               string            `json:"level"`
	Message             sarifText         `json:"message"`
	Locations           []sarifLocation   `json:"locations"`
	PartialFingerprints map[string]string `json:"partialFingerprints"`
}

type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   *sarifRegion  `json:"region,omitempty"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn,omitempty"`
}

type sarifLogical struct {
	FullyQualifiedName string `json:"fullyQualifiedName"`
}

const (
	sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
	homepage    = "https://github.com/sigilgate/sigilform"
)

// sarif is every finding as a result, the worst first.
func (r *Report) sarif(redact *redactor) sarifLog {
	all := r.findings(redact)
	prints := r.fingerprints(all)
	run := sarifRun{
		Tool: sarifTool{Driver: sarifDriver{
			Name: "sigilform", Version: r.Tool, InformationURI: homepage, Rules: []sarifRule{},
		}},
		ColumnKind:  "unicodeCodePoints",
		Invocations: []sarifInvocation{{ExecutionSuccessful: r.Error == nil || r.told(), ExitCode: r.ExitCode}},
		Results:     []sarifResult{},
	}
	if more := len(all) - maxSARIF; more > 0 {
		run.Properties = map[string]any{"leftOut": more}
		all = all[:maxSARIF]
	}
	index := map[string]int{}
	for i := range all {
		f := &all[i]
		if _, known := index[f.rule]; !known {
			index[f.rule] = len(run.Tool.Driver.Rules)
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{ID: f.rule, ShortDescription: sarifText{Text: describe(f.rule)}})
		}
		run.Results = append(run.Results, sarifResult{
			RuleID: f.rule, RuleIndex: index[f.rule], Level: [...]string{"error", "warning", "note"}[f.level], Message: sarifText{Text: f.text()},
			Locations: []sarifLocation{r.sarifLocation(f, redact)}, PartialFingerprints: map[string]string{"sigilform/v1": prints[i]},
		})
	}
	return sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}}
}

// sarifLocation is a place in a file, or the configuration as a whole: GitHub
// takes no result without a file.
func (r *Report) sarifLocation(f *finding, redact *redactor) sarifLocation {
	out := sarifLocation{Physical: sarifPhysical{Artifact: sarifArtifact{URI: uri(r.whole(redact))}}}
	if path, line := r.file(f); path != "" {
		out.Physical = sarifPhysical{Artifact: sarifArtifact{URI: uri(redact.text(path))}, Region: &sarifRegion{StartLine: line, StartColumn: max(f.at.Start.Column, 1)}}
	}
	if f.address != "" {
		out.Logical = []sarifLogical{{FullyQualifiedName: Escape(f.address)}}
	}
	return out
}

// uri is a path as a relative reference: what has a meaning there is spelt out.
func uri(path string) string {
	const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"
	var b strings.Builder
	for _, c := range []byte(path) {
		if slices.Contains([]byte(plain), c) {
			b.WriteByte(c)
			continue
		}
		b.WriteString("%" + strings.ToUpper(hexByte(c)))
	}
	return b.String()
}

func hexByte(c byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[c>>4], digits[c&0xf]})
}

// describe says what a rule is about.
func describe(rule string) string {
	switch rule {
	case ruleConfiguration:
		return "What is wrong with the configuration"
	case ruleConflict:
		return "What stands in the way of a plan"
	case ruleDrift:
		return "What left what was last applied"
	case ruleError:
		return "Why the command failed"
	case ruleWarning:
		return "What a reviewer should know"
	}
	return "The policy or safety valve " + Escape(strings.TrimPrefix(rule, rulePolicy))
}
