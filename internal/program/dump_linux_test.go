package program

import (
	"context"
	"io"
	"syscall"
	"testing"
)

func TestNoCoreDumpIsLeft(t *testing.T) {
	Run(t.Context(), "prog", io.Discard, func(context.Context) error {
		var limit syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_CORE, &limit); err != nil || limit.Cur != 0 || limit.Max != 0 {
			t.Errorf("limit %+v, %v, want none at all", limit, err)
		}
		dumpable, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_GET_DUMPABLE, 0, 0)
		if errno != 0 || dumpable != 0 {
			t.Errorf("dumpable is %d, %v", dumpable, errno)
		}
		return nil
	})
}
