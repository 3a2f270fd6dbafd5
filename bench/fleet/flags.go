package main

import (
	"errors"
	"flag"
	"io"
	"time"

	"ecrmirror/testkit/command"
)

const usage = `fleet [FLAG...]

Makes images that no destination has, and has the real controller submit jobs for them, to AWS Batch
on this machine, which runs the real mirror for each job:
  grouped           a selection for each repository: a job brings several of its images
  one job an image  an entry for each image
First none fails; then some images fail at their first attempt, and Batch tries their jobs again; then
they fail for good. It says when all that can be are current, and how many vCPU-seconds that took.

Only the time is simulated, by a clock of its own that nothing waits for: every attempt of a job takes
-start-up; the first image that it copies takes -copy, and each further one -share of that. A
job has one vCPU. The time that the controller's sweep takes, seconds in either way, is not counted.
What is promised is promised of the defaults.

`

// flags are the command line.
type flags struct {
	repositories, tags, slots, failing int
	model                              model
	controller, mirror                 string
}

// distinct is what of an image is not in its neighbours, by bytes, for 60 images of 6 layers that share 4 each with the
// image before: (4 + 60*2) / (60*6).
const distinct = 124.0 / 360

func parseFlags(args []string, stderr io.Writer) (f flags, err error) {
	set := flag.NewFlagSet("fleet", flag.ContinueOnError)
	set.IntVar(&f.repositories, "repositories", 20, "source `repositories`")
	set.IntVar(&f.tags, "tags", 50, "stale `tags` of each")
	set.IntVar(&f.slots, "slots", 16, "`jobs` that run at a time: vCPUs of the compute environment")
	set.IntVar(&f.failing, "failing", 5, "how many images of a `hundred` fail")
	set.DurationVar(&f.model.startUp, "start-up", 45*time.Second, "`time` that a container takes to start")
	set.DurationVar(&f.model.copying, "copy", 5*time.Second, "`time` that copying an image alone takes")
	set.Float64Var(&f.model.share, "share", distinct, "`part` of -copy that each further image of a job takes, "+
		"by default what is distinct of 60 images of 6 layers of which neighbours share 4; bench measures it as R-shared")
	set.StringVar(&f.controller, "controller", "", "the controller `program`; by default it is built")
	set.StringVar(&f.mirror, "mirror", "", "the mirror `program`; by default it is built")
	if err := command.Parse(set, usage, args, stderr); err != nil {
		return f, err
	}
	return f, f.check()
}

func (f flags) check() error {
	switch {
	case f.repositories < 1 || f.tags < 1 || f.slots < 1:
		return errors.New("there is a repository, a tag and a slot")
	case f.failing < 0 || f.failing > 100:
		return errors.New("-failing is from 0 to 100")
	case f.model.startUp < 0 || f.model.copying < 0 || f.model.share < 0 || f.model.share > 1:
		return errors.New("times are not negative, and -share is from 0 to 1")
	}
	return nil
}
