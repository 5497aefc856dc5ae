package config

import "bytes"

// maskJSON masks the strings below the keys that name secrets. It reads JSON by
// its strings and brackets alone.
func (r *run) maskJSON(s *source) []span {
	var out []span
	text := s.text
	depth, secretBelow := 0, -1 // depth of the key whose value is being masked
	isPrivate := false          // the last key's value is private
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
			if depth < secretBelow {
				secretBelow = -1
			}
		case ',':
			if depth <= secretBelow {
				secretBelow = -1
			}
		case '"':
			end := stringEnd(text, i)
			isKey := bytes.HasPrefix(bytes.TrimLeft(text[min(end+1, len(text)):], " \t\r\n"), []byte(":"))
			word := string(text[i+1 : max(i+1, min(end, len(text)))])
			switch {
			case secretBelow >= 0 && !isKey:
				out = append(out, span{i + 1, end})
			case secretBelow < 0 && isKey && r.isSecretName(word):
				secretBelow = depth
			}
			switch {
			case isKey:
				isPrivate = r.names.private[word]
			case isPrivate:
				r.learn(s, []span{{i + 1, end}})
			}
			i = end
		}
	}
	return out
}

// stringEnd is the place of the quote that ends the string that begins at i.
func stringEnd(text []byte, i int) int {
	for j := i + 1; j < len(text); j++ {
		switch text[j] {
		case '\\':
			j++
		case '"':
			return j
		}
	}
	return len(text)
}
