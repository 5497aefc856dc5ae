package state

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// shownDigits is how much of a digest a fingerprint shows: enough to see a
// change, too little to be of use for anything else.
const shownDigits = 8

// Digest is the keyed digest of a sensitive value in one field of one object:
// HMAC-SHA256, hexadecimal. The field is in it, so equal values of two objects
// can't be told to be equal.
func Digest(key string, field, value string) string {
	m := hmac.New(sha256.New, []byte(key))
	m.Write([]byte(field))
	m.Write([]byte{0})
	m.Write([]byte(value))
	return hex.EncodeToString(m.Sum(nil))
}

// FieldDigest is the digest of a named field of the object that an identity
// names.
func FieldDigest(key string, of ID, name, value string) string {
	return Digest(key, string(of.Kind)+"/"+of.ID+"/"+name, value)
}

// Fingerprint is the part of a digest that is shown to people.
func Fingerprint(digest string) string { return digest[:min(shownDigits, len(digest))] }
