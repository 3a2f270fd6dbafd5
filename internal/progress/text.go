package progress

import (
	"fmt"
	"strings"
	"time"

	"ecrmirror/internal/output"

	"github.com/opencontainers/go-digest"
)

func speed(bytesPerSecond float64) string { return output.Bytes(int64(bytesPerSecond)) + "/s" }

// seconds writes how long something took.
func seconds(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return roughly(d)
}

// roughly writes how long something will take, rounded up to whole seconds or minutes.
func roughly(d time.Duration) string {
	s := int64((d + time.Second - 1) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%d s", s)
	case s < 3600:
		return fmt.Sprintf("%d min %d s", s/60, s%60)
	}
	minutes := (s + 59) / 60
	return fmt.Sprintf("%d h %d min", minutes/60, minutes%60)
}

// short returns what people know a digest by.
func short(d digest.Digest) string {
	_, encoded, ok := strings.Cut(d.String(), ":")
	if !ok {
		encoded = d.String()
	}
	return encoded[:min(len(encoded), 12)]
}

// percent writes how much of the whole is there. All of it is 100%, and nothing less is.
func percent(part, whole int64) string {
	if part >= whole {
		return "100%"
	}
	return fmt.Sprintf("%d%%", int(float64(part)/float64(whole)*100))
}

// summary says in one line how far the copy is.
func summary(s snapshot) string {
	line := fmt.Sprintf("copied %s, %s of %s", blobCount(s), output.Bytes(s.bytes), output.Bytes(s.size))
	if s.size > 0 {
		line += " (" + percent(s.bytes, s.size) + ")"
	}
	line += ", " + speed(s.rate)
	if left, ok := s.left(); ok {
		line += ", " + roughly(left) + " left"
	}
	return line
}

// conclusion says in one line what the copy came to.
func conclusion(s snapshot) string { return result(s) + meanSpeed(s) }

func result(s snapshot) string {
	line := fmt.Sprintf("copied %s, %s in %s", blobCount(s), output.Bytes(s.bytes), seconds(s.at.Sub(s.started)))
	if s.interrupted {
		line = "interrupted: " + line
	}
	return line
}

func meanSpeed(s snapshot) string {
	elapsed := s.at.Sub(s.started)
	if elapsed <= 0 {
		return ""
	}
	return ", " + speed(float64(s.read)/elapsed.Seconds())
}

func blobCount(s snapshot) string {
	count := fmt.Sprintf("%d of %d %s", s.done, s.blobs, blobWord(s.blobs))
	if s.failed > 0 {
		count += fmt.Sprintf(" (%d failed)", s.failed)
	}
	return count
}

// blobsShort is the same where there is little room.
func blobsShort(s snapshot) string {
	if s.failed > 0 {
		return fmt.Sprintf("%d/%d, %d failed", s.done, s.blobs, s.failed)
	}
	return fmt.Sprintf("%d/%d %s", s.done, s.blobs, blobWord(s.blobs))
}

func blobWord(n int) string {
	if n == 1 {
		return "blob"
	}
	return "blobs"
}
