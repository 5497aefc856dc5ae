package docstest

import (
	"strings"
)

// block is one fenced block of a document.
type block struct {
	// line is where the block starts, from 1.
	line int
	// language is the word after the fence, empty for shown output.
	language string
	text     string
	// skip is why the block is not run, from the comment before it.
	skip string
	// output is what the next block shows as printed, empty where none does.
	output string
}

// notRun starts the comment, on the line before a block, that keeps the block
// from being run. The reason follows.
const notRun = "<!-- not run"

// blocks reads the fenced blocks of a document. A block without a language
// that follows another one is the output of that one.
func blocks(text string) []block {
	var found []block
	var open *block
	skip := ""
	for i, line := range strings.Split(text, "\n") {
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && open == nil:
			open = &block{line: i + 1, language: strings.TrimSpace(fence), skip: skip}
		case isFence:
			found = closeBlock(found, *open)
			open, skip = nil, ""
		case open != nil:
			open.text += line + "\n"
		case strings.HasPrefix(line, notRun):
			skip = line
		case strings.TrimSpace(line) != "":
			skip = ""
		}
	}
	return found
}

func closeBlock(found []block, b block) []block {
	if b.language == "" && len(found) > 0 && found[len(found)-1].language == "sh" {
		found[len(found)-1].output = b.text
		return found
	}
	return append(found, b)
}

// of returns the blocks of a language.
func of(language string, all []block) []block {
	var found []block
	for _, b := range all {
		if b.language == language {
			found = append(found, b)
		}
	}
	return found
}
