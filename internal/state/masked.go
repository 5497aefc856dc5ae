package state

import "strings"

// maskedPrefix begins what stands for a sensitive value that is left out: no
// value of a network begins so, and one that does is masked itself.
const maskedPrefix = "\x00sigilform-digest:"

// Masked stands for a sensitive value in a snapshot that is to hold none: by
// its keyed digest equal values are still told from changed ones.
func Masked(digest string) string { return maskedPrefix + digest }

// LooksMasked reports whether a value begins as a masked one does.
func LooksMasked(value string) bool { return strings.HasPrefix(value, maskedPrefix) }

// Unmasked is the digest that stands for a sensitive value; ok is false for
// any other value.
func Unmasked(value string) (digest string, ok bool) {
	digest, ok = strings.CutPrefix(value, maskedPrefix)
	return digest, ok && IsDigest(digest)
}

// digestDigits is the length of a digest: SHA-256, hexadecimal.
const digestDigits = 64

// IsDigest reports whether a text is spelled as [Digest] spells one.
func IsDigest(text string) bool {
	return len(text) == digestDigits && strings.Trim(text, "0123456789abcdef") == ""
}
