package images

import (
	"sync"
	"time"
)

// quick is how long an answer may take for its registry to be asked on at once.
const quick = time.Second

// A visit is what is to be looked up at one registry.
type visit struct {
	host string
	most int // how many tasks are done at a time
	// enter is called for each place that the visit gets; leave when it gives the place up.
	enter func() (do func(task) (again *task), leave func())

	tasks  []task // that nobody does yet
	doing  int
	isSlow bool // an answer took long
	waits  bool // for another place
}

// A task is some images that are looked up together.
type task struct {
	images []int
	failed error // how it failed before
}

// A line is visits that wait for one of a number of places, in which one task is done at a time. So it is
// bounded how many registries are open, whatever is asked for.
//
// A visit keeps its place while it is quick. One that is not gives it up after each task, and waits among
// those that were slow before, for every second place. So those that are slow, or do not answer at all, hold
// up a quick one only until each has been asked once.
type line struct {
	wg sync.WaitGroup

	mu        sync.Mutex
	free      int // places
	waiting   []*visit
	slow      []*visit // waiting, too
	slowsTurn bool
}

// serve makes all visits, and returns after the last.
func serve(places int, visits []*visit) {
	l := &line{free: places}
	l.mu.Lock()
	for _, v := range visits {
		l.wait(v)
	}
	l.fill()
	l.mu.Unlock()
	l.wg.Wait()
}

// wait has a visit wait for a place, if it can use another. The caller holds mu.
func (l *line) wait(v *visit) {
	if v.waits || len(v.tasks) == 0 || v.doing >= v.most {
		return
	}
	v.waits = true
	if v.isSlow {
		l.slow = append(l.slow, v)
	} else {
		l.waiting = append(l.waiting, v)
	}
}

// fill gives free places to those who wait. The caller holds mu.
func (l *line) fill() {
	for ; l.free > 0; l.free-- {
		v := l.first()
		if v == nil {
			return
		}
		t := v.take()
		v.doing++
		l.wait(v)
		l.wg.Go(func() { l.stay(v, t) })
	}
}

// first takes the first who waits out of the line; nil if nobody does.
func (l *line) first() *visit {
	for len(l.waiting)+len(l.slow) > 0 {
		from := &l.waiting
		if len(l.waiting) == 0 || l.slowsTurn && len(l.slow) > 0 {
			from = &l.slow
		}
		l.slowsTurn = !l.slowsTurn
		v := (*from)[0]
		(*from)[0] = nil
		*from = (*from)[1:]
		v.waits = false
		switch {
		case len(v.tasks) == 0: // its other places have done them
		case v.isSlow && from == &l.waiting: // as it has turned out meanwhile
			l.wait(v)
		default:
			return v
		}
	}
	return nil
}

func (v *visit) take() task {
	t := v.tasks[0]
	v.tasks = v.tasks[1:]
	return t
}

// stay does a task, and others of the visit as long as it keeps the place.
func (l *line) stay(v *visit, t task) {
	do, leave := v.enter()
	for more := true; more; {
		began := time.Now()
		again := do(t)
		t, more = l.next(v, again, time.Since(began) < quick)
	}
	leave()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free++
	v.doing--
	l.wait(v)
	l.fill()
}

// next returns the next task of a visit that has a place; more is false where it is to give that up.
func (l *line) next(v *visit, again *task, isQuick bool) (t task, more bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if again != nil {
		v.tasks = append(v.tasks, *again)
	}
	v.isSlow = v.isSlow || !isQuick
	isAlone := len(l.waiting)+len(l.slow) == 0
	if len(v.tasks) == 0 || !isAlone && !isQuick {
		return task{}, false
	}
	return v.take(), true
}
