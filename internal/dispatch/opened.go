package dispatch

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"ecrmirror/internal/controller"
)

// openFor is how long a controller is used before it is opened anew: how late it notices a login
// that was changed where logins are kept.
const openFor = 5 * time.Minute

// opened is the controller of a dispatcher, and since when it is open.
type opened struct {
	sync.Mutex
	controller *controller.Controller
	closeAll   func()
	since      time.Time
}

// controller returns the controller, which is opened when an event first needs it: for most pushes
// there is no entry, and logins need not be read. It logs to log.
func (d *Dispatcher) controller(ctx context.Context, log *slog.Logger) (*controller.Controller, error) {
	o := &d.opened
	o.Lock()
	defer o.Unlock()
	if o.controller == nil || time.Since(o.since) >= openFor {
		ctl, closeAll, err := d.Open(ctx, log)
		if err != nil {
			return nil, err
		}
		if o.controller != nil {
			o.closeAll()
		}
		o.controller, o.closeAll, o.since = ctl, closeAll, time.Now()
	}
	ctl := *o.controller
	ctl.Log = log
	return &ctl, nil
}
