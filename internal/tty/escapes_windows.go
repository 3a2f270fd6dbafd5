package tty

import (
	"os"

	"golang.org/x/sys/windows"
)

// understandsEscapes turns on that the console understands escape sequences, which those of Windows 10 and
// later can, and reports whether it does.
// https://learn.microsoft.com/windows/console/console-virtual-terminal-sequences
func understandsEscapes(file *os.File) bool {
	console := windows.Handle(file.Fd())
	var mode uint32
	if windows.GetConsoleMode(console, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
