package veil

// uuidLength is that of a UUID in its usual form.
const uuidLength = 36

// isWord reports whether a UUID at a place of a text is not a part of something
// longer.
func isWord(s string, start int) bool {
	end := start + uuidLength
	return (start == 0 || !isHex(s[start-1])) && (end == len(s) || !isHex(s[end]))
}

// isUUID reports whether a UUID is at a place of a text.
func isUUID(s string, start int) bool {
	if start+uuidLength > len(s) {
		return false
	}
	for i := range uuidLength {
		switch i {
		case 8, 13, 18, 23:
			if s[start+i] != '-' {
				return false
			}
		default:
			if !isHex(s[start+i]) {
				return false
			}
		}
	}
	return true
}

func isHex(c byte) bool {
	c = lowered(c)
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f'
}
