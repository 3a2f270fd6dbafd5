// Package visit has registries asked side by side in a bounded number of places, so that those that are slow hold up
// no quick one. It knows nothing of what they are asked.
package visit

import (
	"sync"
	"time"
)

// quick is how long an answer may take for its registry to be asked on at once.
const quick = time.Second

// A Visit is what is to be looked up at one registry.
type Visit struct {
	Most int // how many tasks are done at a time
	// Enter is called for each place that the visit gets; leave when it gives the place up. Do does a task, and
	// returns another one that is to be done after the others, or nil.
	Enter func() (do func(Task) (again *Task), leave func())
	Tasks []Task // that are not begun

	doing  int
	isSlow bool // an answer took long
	waits  bool // for another place
}

// A Task is some images that are looked up together.
type Task struct {
	Images []int // indices
	Failed error // how the task failed before; nil at first
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
	waiting   []*Visit
	slow      []*Visit // waiting, too
	slowsTurn bool
}

// Serve does the tasks of all visits, and returns after the last.
func Serve(places int, visits []*Visit) {
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
func (l *line) wait(v *Visit) {
	if v.waits || len(v.Tasks) == 0 || v.doing >= v.Most {
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
func (l *line) first() *Visit {
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
		case len(v.Tasks) == 0: // its other places have done them
		case v.isSlow && from == &l.waiting: // as it has turned out meanwhile
			l.wait(v)
		default:
			return v
		}
	}
	return nil
}

func (v *Visit) take() Task {
	t := v.Tasks[0]
	v.Tasks = v.Tasks[1:]
	return t
}

// stay does a task, and others of the visit as long as it keeps the place.
func (l *line) stay(v *Visit, t Task) {
	do, leave := v.Enter()
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
func (l *line) next(v *Visit, again *Task, isQuick bool) (t Task, more bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if again != nil {
		v.Tasks = append(v.Tasks, *again)
	}
	v.isSlow = v.isSlow || !isQuick
	isAlone := len(l.waiting)+len(l.slow) == 0
	if len(v.Tasks) == 0 || !isAlone && !isQuick {
		return Task{}, false
	}
	return v.take(), true
}
