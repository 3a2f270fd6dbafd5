package ecr

import (
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/iotest"
)

func TestPartBodyIsTheDocumentWithThePartInIt(t *testing.T) {
	for _, size := range []int{0, 1, 2, 3, 4, 5, 6, 7, 100, 101, 102, 1000} {
		part := make([]byte, size)
		for i := range part {
			part[i] = byte(rand.Uint32())
		}
		before, after := `{"layerPartBlob":"`, `","uploadId":"x"}`
		want := before + base64.StdEncoding.EncodeToString(part) + after
		for piece := 1; piece < 9; piece++ { // groups are cut in every way, by pieces
			body := newPartBody([]byte(before), slices.Collect(slices.Chunk(part, piece)), []byte(after), func() {})
			if err := iotest.TestReader(body, []byte(want)); err != nil {
				t.Errorf("part of %d bytes in pieces of %d: %v", size, piece, err)
			}
			for step := 1; step < 9; step++ { // and by reads
				if _, err := body.Seek(0, io.SeekStart); err != nil {
					t.Fatal(err)
				}
				got, err := readInSteps(body, step)
				if err != nil || got != want {
					t.Errorf("part of %d bytes in pieces of %d, %d at a time: %q, %v", size, piece, step, got, err)
				}
			}
		}
	}
}

func readInSteps(r io.Reader, step int) (string, error) {
	var got []byte
	buf := make([]byte, step)
	for {
		n, err := r.Read(buf)
		got = append(got, buf[:n]...)
		if err == io.EOF {
			return string(got), nil
		}
		if err != nil {
			return string(got), fmt.Errorf("after %d bytes: %w", len(got), err)
		}
	}
}
