package lang

import "bytes"

// ByteOrderMark is what some editors put before a text in UTF-8. It is not part of
// it.
const ByteOrderMark = "\ufeff"

// Source is what a file of a configuration says, on whatever machine it was checked
// out: without a byte order mark, and with a line feed alone at the end of a line,
// in heredocs too.
func Source(raw []byte) []byte {
	text := bytes.TrimPrefix(raw, []byte(ByteOrderMark))
	if !bytes.Contains(text, []byte("\r\n")) {
		return text
	}
	out := make([]byte, 0, len(text))
	for line := range bytes.Lines(text) {
		bare, ended := bytes.CutSuffix(line, []byte("\n"))
		if !ended {
			out = append(out, line...)
			continue
		}
		out = append(append(out, bytes.TrimRight(bare, "\r")...), '\n')
	}
	return out
}
