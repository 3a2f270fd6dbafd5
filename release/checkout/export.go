package checkout

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Export writes the files of the commit into a directory, byte for byte as they were committed: neither
// what is beside them in the checkout nor line endings of this machine count.
func (c Checkout) Export(ctx context.Context, into string) error {
	list, err := c.git(ctx, nil, "ls-tree", "-r", "-z", "--full-tree", c.Commit)
	if err != nil {
		return err
	}
	files, err := parseTree(string(list))
	if err != nil {
		return err
	}
	var wanted strings.Builder
	for _, f := range files {
		fmt.Fprintln(&wanted, f.object)
	}
	objects, err := c.git(ctx, []byte(wanted.String()), "cat-file", "--batch")
	if err != nil {
		return err
	}
	for _, f := range files {
		var content []byte
		if content, objects, err = nextBlob(objects, f.object); err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		if err := f.write(into, content); err != nil {
			return err
		}
	}
	return nil
}

type file struct {
	path, object string
	mode         os.FileMode
}

// write writes the file below a directory.
func (f file) write(dir string, content []byte) error {
	path := filepath.Join(dir, filepath.FromSlash(f.path))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, f.mode)
}

// parseTree reads the output of `git ls-tree -r -z`: "100644 blob OBJECT\tPATH", each ended by a zero byte.
func parseTree(list string) ([]file, error) {
	var files []file
	for entry := range strings.SplitSeq(strings.TrimSuffix(list, "\x00"), "\x00") {
		meta, path, _ := strings.Cut(entry, "\t")
		fields := strings.Fields(meta)
		if len(fields) != 3 || !filepath.IsLocal(filepath.FromSlash(path)) {
			return nil, fmt.Errorf("git ls-tree printed %q", entry)
		}
		switch fields[0] {
		case "100644":
			files = append(files, file{path, fields[2], 0o644})
		case "100755":
			files = append(files, file{path, fields[2], 0o755})
		default:
			return nil, fmt.Errorf("%s is neither a file nor a directory: mode %s", path, fields[0])
		}
	}
	return files, nil
}

// nextBlob cuts the blob off the output of `git cat-file --batch`: "OBJECT blob SIZE\n", the blob, "\n".
func nextBlob(batch []byte, object string) (content, rest []byte, err error) {
	header, rest, _ := bytes.Cut(batch, []byte("\n"))
	var name string
	var size int
	if _, err := fmt.Sscanf(string(header), "%s blob %d", &name, &size); err != nil || name != object || size < 0 ||
		len(rest) <= size {
		return nil, nil, fmt.Errorf("git cat-file printed %q for %s", header, object)
	}
	return rest[:size], rest[size+1:], nil
}
