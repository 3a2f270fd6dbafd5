package program

import "syscall"

// leaveNoDump has the kernel write no core dump of this process, nor let others of the same user
// read its memory. What it forbids is forbidden to the processes that it starts, too, as far as
// dumps go. It is a precaution: where it can't be had, the work goes on.
func leaveNoDump() {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
	// The limit says nothing to a kernel that hands dumps to a program.
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_DUMPABLE, 0, 0)
}
