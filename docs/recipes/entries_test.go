package recipes

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ecrmirror/internal/entry"
	"ecrmirror/internal/entryfile"
)

func TestEntries(t *testing.T) {
	t.Parallel()
	holds(t, func(dir string) error {
		_, err := entriesOf(dir)
		return err
	}, mistake{entriesFile, "destinations:", "destination:", "destination"},
		mistake{entriesFile, "newest: 3", "newest: most", "newest"})
}

func entriesOf(dir string) ([]entry.Entry, error) {
	file, err := os.Open(filepath.Join(dir, entriesFile))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	list, err := entryfile.Read(file, time.Now())
	if err == nil && len(list) != 2 {
		err = errors.New("there should be an image and a selection")
	}
	return list, err
}

// TestTheConfigMapHasTheEntries holds the copy of them to the file.
func TestTheConfigMapHasTheEntries(t *testing.T) {
	t.Parallel()
	all, err := objects(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all {
		if o.Kind == "ConfigMap" && o.Data[entriesFile] != read(t, entriesFile) {
			t.Errorf("the ConfigMap's entries are not those of %s", entriesFile)
		}
	}
}

// TestTheTaskWritesTheEntries runs the shell command of the ECS task's first container.
func TestTheTaskWritesTheEntries(t *testing.T) {
	t.Parallel()
	var task struct {
		ContainerDefinitions []struct{ Command []string }
	}
	if err := json.Unmarshal([]byte(read(t, "ecs-task-definition.json")), &task); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	command := task.ContainerDefinitions[0].Command
	script := strings.ReplaceAll(command[len(command)-1], "/entries/", dir+"/")
	cmd := exec.CommandContext(t.Context(), command[0], command[1], script)
	cmd.Env = append(cmd.Environ(), "ENTRIES="+strings.TrimSpace(read(t, entriesFile)))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := read(t, filepath.Join(dir, entriesFile)); got != read(t, entriesFile) {
		t.Errorf("written was:\n%s", got)
	}
}
