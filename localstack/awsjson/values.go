package awsjson

import (
	"crypto/rand"
	"fmt"
	"time"
)

// NewID returns a random UUID, as services name things by.
func NewID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// Seconds is a time in the protocol's form: seconds since 1970, with milliseconds as their fraction.
func Seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }
