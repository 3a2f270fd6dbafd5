package chunked

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// FuzzContentRange takes headers that say exactly what was asked for, and no others.
func FuzzContentRange(f *testing.F) {
	for _, seed := range []string{
		"bytes 0-9/100", "bytes 0-9/*", "bytes */100", "bytes 00-09/0100",
		"bytes 0-9/18446744073709551616", "bytes -1-9/10",
	} {
		f.Add(seed, int64(0), int64(10), int64(100))
		f.Add(seed, int64(0), int64(10), int64(-1))
	}
	f.Add("bytes 9223372036854775806-9223372036854775807/*", int64(9223372036854775806), int64(2), int64(-1))
	f.Fuzz(func(t *testing.T, header string, off, n, size int64) {
		if total := totalSize(header); total < -1 || total >= 0 &&
			!strings.HasSuffix(strings.TrimLeft(header[strings.LastIndexByte(header, '/'):], "/0"),
				strings.TrimLeft(strconv.FormatInt(total, 10), "0")) {
			t.Errorf("%q: size %d", header, total)
		}
		if off < 0 || n <= 0 || off > 1<<62-n || checkContentRange(header, off, n, size) != nil {
			return
		}
		var first, last int64
		var total string
		if _, err := fmt.Sscanf(header, "bytes %d-%d/%s", &first, &last, &total); err != nil || first != off ||
			last != off+n-1 {
			t.Errorf("%q was taken for %d bytes at %d", header, n, off)
		}
		if got, err := strconv.ParseInt(total, 10, 64); total != "*" && size >= 0 && (err != nil || got != size) {
			t.Errorf("%q was taken for a blob of %d bytes", header, size)
		}
	})
}
