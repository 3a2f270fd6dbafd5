// Package infile reads files that are small, and named by somebody who may be wrong.
package infile

import (
	"fmt"
	"io"
	"os"
)

// Read returns the content of a file of so many bytes at most. It fails for one that has more, of which it reads one
// byte too many. The file may be a pipe.
func Read(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(content)) > most:
		return nil, fmt.Errorf("%s: more than %d bytes", name, most)
	}
	return content, nil
}
