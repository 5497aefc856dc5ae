package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"time"
)

// The headers of a request.
const (
	// SignatureHeader is "sha256=" and the hexadecimal HMAC-SHA256 of the
	// timestamp, a full stop and the body.
	SignatureHeader = "X-Sigilform-Signature-256"
	// TimestampHeader is when the attempt was made, in seconds since 1970.
	TimestampHeader = "X-Sigilform-Timestamp"
	// DeliveryHeader is random, the same for all attempts of one message.
	DeliveryHeader = "X-Sigilform-Delivery"
)

// timestamp is the header's value.
func timestamp(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }

// sign makes the header's value.
func sign(secret []byte, at string, body []byte) string {
	h := hmac.New(sha256.New, secret)
	_, _ = h.Write([]byte(at + "."))
	_, _ = h.Write(body)
	return "sha256=" + hex.EncodeToString(h.Sum(nil))
}
