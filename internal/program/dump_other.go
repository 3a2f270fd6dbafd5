//go:build !linux

package program

// leaveNoDump does nothing here. Go itself dumps no core unless GOTRACEBACK asks for it.
func leaveNoDump() {}
