package platforms_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"ecrmirror/internal/platforms"
)

// FuzzTrim holds what is made of any bytes to the laws, and against the oracle.
func FuzzTrim(f *testing.F) {
	m := maker{rand.New(rand.NewPCG(5, 6))}
	for range 20 {
		f.Add(m.index(), strings.Join(m.filter(), ","))
	}
	f.Add([]byte(`{"manifests":[null]}`), "linux/amd64")
	f.Add([]byte(`{"manifests":null}`), "linux/amd64")
	f.Fuzz(func(t *testing.T, index []byte, filter string) {
		texts := strings.Split(filter, ",")
		parsed, err := platforms.Parse(texts...)
		if err != nil {
			checkPrintable(t, err)
			return
		}
		got, err := parsed.Trim(index)
		var none *platforms.NoneError
		switch {
		case err == nil:
			checkBytes(t, index, got)
			checkEngine(t, index, got)
			checkTwice(t, texts, got)
		case !errors.As(err, &none):
			checkPrintable(t, err)
			return
		}
		checkOracle(t, index, texts, got, err)
	})
}
