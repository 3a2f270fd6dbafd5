package flagvalue

import (
	"errors"
	"regexp"
	"strings"

	"github.com/docker/go-units"
)

// A Size is a number of bytes within bounds. It implements pflag.Value.
type Size struct{ value, least, most int64 }

// NewSize returns a size from least to most.
func NewSize(value, least, most int64) Size { return Size{value: value, least: least, most: most} }

// Value returns the number of bytes.
func (s *Size) Value() int64 { return s.value }

// Bounds says how large a size may be, for help: "8MiB to 64GiB".
func (s *Size) Bounds() string {
	return units.BytesSize(float64(s.least)) + " to " + units.BytesSize(float64(s.most))
}

// String returns the size in its largest binary unit.
func (s *Size) String() string { return units.BytesSize(float64(s.value)) }

// Type returns what help calls the value.
func (s *Size) Type() string { return "SIZE" }

// sizePattern is stricter than go-units, which takes exponents and blanks.
var sizePattern = regexp.MustCompile(`^[0-9]{1,15}(\.[0-9]{1,9})?([KMGTkmgt]?[Bb]?|[KMGTkmgt]i[Bb]?)$`)

// Set takes a number of bytes, with a unit or without: 67108864, 64MiB, 64M. All units are binary.
func (s *Size) Set(text string) error {
	if !sizePattern.MatchString(text) {
		return errors.New("must be a number of bytes, or one like 64MiB")
	}
	n, err := bytesIn(text)
	if err != nil {
		return err
	}
	if n < s.least || n > s.most {
		return errors.New("must be " + s.Bounds())
	}
	s.value = n
	return nil
}

// bytesIn reads a size that a pattern has let pass.
func bytesIn(size string) (int64, error) {
	if strings.HasSuffix(size, "i") {
		size += "B" // Ki, Mi, ... as Kubernetes has them
	}
	return units.RAMInBytes(size)
}
