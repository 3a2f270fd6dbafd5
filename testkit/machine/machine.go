// Package machine says where a measurement was made: its result depends on that.
package machine

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Facts are what a measurement depends on.
type Facts struct {
	Date   time.Time `json:"date"`
	CPU    string    `json:"cpu"`
	Cores  int       `json:"cores"`
	Memory int64     `json:"memory"` // bytes
	System string    `json:"system"` // with the kernel's release
	Go     string    `json:"go"`
}

// Here returns the facts of this machine and this moment. What the system does not tell in
// Linux's way is left out.
func Here() Facts {
	m := Facts{
		Date: time.Now().UTC().Truncate(time.Second), CPU: "unknown", Cores: runtime.NumCPU(),
		System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
	}
	if kernel, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.System += " " + strings.TrimSpace(string(kernel))
	}
	m.CPU = cmp.Or(field("/proc/cpuinfo", "model name"), m.CPU)
	if size, _, ok := strings.Cut(field("/proc/meminfo", "MemTotal"), " "); ok {
		n, _ := strconv.ParseInt(size, 10, 64)
		m.Memory = n << 10
	}
	return m
}

// field returns the first value of a name in a file of "name: value" lines.
func field(path, name string) string {
	content, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(content)) {
		key, value, ok := strings.Cut(line, ":")
		if ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// Lines returns the lines that say where it was measured, and which programs, by their versions.
func (m Facts) Lines(versions map[string]string) []string {
	var programs []string
	for _, name := range slices.Sorted(maps.Keys(versions)) {
		programs = append(programs, name+" "+versions[name])
	}
	return []string{
		fmt.Sprintf("%s, %d cores, %.1f GiB; %s; %s; %s", m.CPU, m.Cores, float64(m.Memory)/(1<<30), m.System, m.Go,
			m.Date.Format("2006-01-02 15:04 MST")),
		strings.Join(programs, ", "),
	}
}
