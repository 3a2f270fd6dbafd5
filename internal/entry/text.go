package entry

import (
	"strings"

	"ecrmirror/internal/printable"
)

// errorLimit keeps an item with the most destinations, each failing, far below the
// 400 KB that an item may have, in bytes.
const errorLimit = 500

// jobLimit is the same for what Batch says that a job is called: 36 bytes.
const jobLimit = 100

// logLimit is the same for the name of a log. A longer one is left out.
const logLimit = 150

// IsStatusText reports whether a [Status] may have the text: at most 500 bytes, all of them printable.
func IsStatusText(text string) bool { return isPrinted(text, errorLimit) }

// isPrinted reports whether a text is printed as it is, and has so many bytes at most.
func isPrinted(text string, most int) bool {
	return len(text) <= most && printable.Short(text, most) == text
}

// text returns an error's first line, as it is printed, cut to the limit.
func text(err error) string {
	if err == nil {
		return ""
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	return printable.Short(first, errorLimit)
}
