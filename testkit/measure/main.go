// Command measure runs a program and writes what it used to file descriptor 3, as JSON.
//
//	measure PROGRAM [ARGUMENT...]
//
// It stands between what measures and the program because on Linux a process's peak
// memory begins at that of the process which started it: this one is small.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "measure PROGRAM [ARGUMENT...]")
		os.Exit(2)
	}
	if err := run(os.NewFile(3, "report"), os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "measure:", err)
		os.Exit(1)
	}
}

func run(report *os.File, program string, arguments []string) error {
	command := exec.Command(program, arguments...) //nolint:noctx // what measures ends the whole process group
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	begin := time.Now()
	err := command.Run()
	end := time.Now()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return err
	}
	state := command.ProcessState
	used, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return errors.New("this system does not tell what a process used")
	}
	peak := used.Maxrss
	if runtime.GOOS != "darwin" { // which counts in bytes
		peak *= 1 << 10
	}
	return json.NewEncoder(report).Encode(map[string]int64{
		"begin": begin.UnixNano(), "end": end.UnixNano(), "cpu": int64(state.UserTime() + state.SystemTime()),
		"peakRSS": peak, "exit": int64(state.ExitCode()),
	})
}
