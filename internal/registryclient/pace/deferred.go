package pace

import (
	"fmt"
	"time"
)

// A DeferredError says that a registry is rate-limited, by its own word: it was not asked, or it refused to answer.
// Nothing is known against the image, and another try may succeed later.
type DeferredError struct {
	Host  string
	Until time.Time // when the registry may be asked again; zero if it does not say
	Err   error     // its refusal; nil if it was not asked
}

func (e *DeferredError) Error() string {
	s := e.Host + " bears no more requests for now"
	if !e.Until.IsZero() {
		s = fmt.Sprintf("%s bears no more requests until %s", e.Host, e.Until.UTC().Format(time.RFC3339))
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the refusal, if there was one.
func (e *DeferredError) Unwrap() error { return e.Err }

// Transient returns true.
func (e *DeferredError) Transient() bool { return true }

// DeferredUntil returns Until. Packages that do not import this one find the error by this method.
func (e *DeferredError) DeferredUntil() time.Time { return e.Until }

// A MuteError says that a registry did not answer this request in time, or so many others that it was not asked.
type MuteError struct {
	Host  string
	After time.Duration // how long it was waited for; 0 if it was not asked
}

func (e *MuteError) Error() string {
	if e.After == 0 {
		return e.Host + " does not answer; it was not asked again"
	}
	return fmt.Sprintf("no answer from %s within %s", e.Host, e.After)
}

// Timeout returns true. See net.Error.
func (e *MuteError) Timeout() bool { return true }

// Transient returns true.
func (e *MuteError) Transient() bool { return true }
