package settings

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	namePattern   = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,39}$`)
	regionPattern = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]$`)
	// Ids of EC2 have 17 hexadecimal digits, those from before 2018 have 8: Amazon EC2 User Guide, "Resource IDs".
	vpcPattern    = regexp.MustCompile(`^vpc-([0-9a-f]{8}|[0-9a-f]{17})$`)
	subnetPattern = regexp.MustCompile(`^subnet-([0-9a-f]{8}|[0-9a-f]{17})$`)
	zonePattern   = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9](-[a-z]+-[0-9]+)?[a-z]$`)
	keyPattern    = regexp.MustCompile(`^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9a-zA-Z-]+$`)
	tablePattern  = regexp.MustCompile(`^[A-Za-z0-9_.-]{3,255}$`)
	emailPattern  = regexp.MustCompile(`^[^@\s]+@[^@\s]+$`)
	typePattern   = regexp.MustCompile(`^[a-z0-9-]+\.[a-z0-9-]+$`)

	// logDays are what CloudWatch Logs takes.
	logDays = []int{
		1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
	}
)

// check gathers what is wrong.
type check struct{ errs []error }

func (c *check) that(ok bool, setting string, value any, must string) {
	if !ok {
		c.errs = append(c.errs, fmt.Errorf("setting %s is %q: %s", setting, fmt.Sprint(value), must))
	}
}

func (c *check) oneOf(setting, value string, allowed ...string) {
	c.that(slices.Contains(allowed, value), setting, value, "must be "+strings.Join(allowed, " or "))
}

// once refuses what comes twice in a list.
func (c *check) once(setting string, list []string) {
	for i, v := range list {
		c.that(!slices.Contains(list[:i], v), setting, v, "must not come twice")
	}
}

// parsed takes the error of a program's parser.
func (c *check) parsed(err error, setting, value string) {
	if err != nil {
		c.errs = append(c.errs, fmt.Errorf("setting %s is %q: %w", setting, value, err))
	}
}

var (
	namesPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._/-]*\*?$|^\*$`)
	repoPattern  = regexp.MustCompile(
		`^arn:aws[a-z-]*:ecr:([a-z0-9-]+|\*):([0-9]{12}|\*):repository/[a-z0-9*][a-z0-9._/*-]*$`,
	)
	hostPattern    = regexp.MustCompile(`^[A-Za-z0-9.-]+(:[0-9]+)?$`)
	filesPattern   = regexp.MustCompile(`"[A-Za-z]*Paths?"\s*:`)
	profilePattern = regexp.MustCompile(
		`^arn:aws[a-z-]*:signer:[a-z0-9-]+:[0-9]{12}:/signing-profiles/[A-Za-z0-9_]{2,64}$`,
	)
)
