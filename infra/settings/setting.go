package settings

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// A Setting is one value of the CDK context.
type Setting struct {
	Name string
	What string // what it is, in a few words, as documentation has it
	set  func(p *Props, value string) error
	get  func(p *Props) string
}

// Default returns the setting's value where the context has none.
func (s Setting) Default() string {
	p := DefaultProps()
	return s.get(&p)
}

// stringly makes a setting of anything that is a string.
func stringly[T ~string](name, what string, field func(*Props) *T) Setting {
	return Setting{
		Name: name, What: what,
		set: func(p *Props, v string) error { *field(p) = T(v); return nil },
		get: func(p *Props) string { return string(*field(p)) },
	}
}

func list(name, what string, field func(*Props) *[]string) Setting {
	return Setting{
		Name: name, What: what,
		set: func(p *Props, v string) error { *field(p) = split(v); return nil },
		get: func(p *Props) string { return strings.Join(*field(p), ",") },
	}
}

func split(v string) (parts []string) {
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

func boolean(name, what string, field func(*Props) *bool) Setting {
	return Setting{
		Name: name, What: what,
		set: func(p *Props, v string) error {
			b, err := strconv.ParseBool(v)
			if err != nil {
				return errors.New("must be true or false")
			}
			*field(p) = b
			return nil
		},
		get: func(p *Props) string { return strconv.FormatBool(*field(p)) },
	}
}

func integer(name, what string, field func(*Props) *int) Setting {
	return Setting{
		Name: name, What: what,
		set: func(p *Props, v string) error {
			n, err := strconv.Atoi(v)
			if err != nil {
				return errors.New("must be a whole number")
			}
			*field(p) = n
			return nil
		},
		get: func(p *Props) string { return strconv.Itoa(*field(p)) },
	}
}

func duration(name, what string, field func(*Props) *time.Duration) Setting {
	return Setting{
		Name: name, What: what,
		set: func(p *Props, v string) error {
			d, err := time.ParseDuration(v)
			if err != nil {
				return errors.New("must be a duration like 90m or 6h")
			}
			*field(p) = d
			return nil
		},
		get: func(p *Props) string { return ShortDuration(*field(p)) },
	}
}

func number(name, what string, field func(*Props) *float64) Setting {
	return Setting{
		Name: name, What: what,
		set: func(p *Props, v string) error {
			n, err := strconv.ParseFloat(v, 64)
			if err != nil {
				return errors.New("must be a number")
			}
			*field(p) = n
			return nil
		},
		get: func(p *Props) string { return strconv.FormatFloat(*field(p), 'g', -1, 64) },
	}
}

func ports(name, what string, field func(*Props) *[]int) Setting {
	return Setting{
		Name: name, What: what,
		set: func(p *Props, v string) error {
			var list []int
			for _, part := range split(v) {
				n, err := strconv.Atoi(part)
				if err != nil {
					return errors.New("must be ports, separated by commas")
				}
				list = append(list, n)
			}
			*field(p) = list
			return nil
		},
		get: func(p *Props) string {
			var parts []string
			for _, n := range *field(p) {
				parts = append(parts, strconv.Itoa(n))
			}
			return strings.Join(parts, ",")
		},
	}
}

func compute() Setting {
	return Setting{
		Name: "compute", What: "what mirror jobs run on: `fargate` or `ec2`",
		set: func(p *Props, v string) error {
			if v != "fargate" && v != "ec2" {
				return errors.New("must be fargate or ec2")
			}
			p.Compute.EC2 = v == "ec2"
			return nil
		},
		get: func(p *Props) string {
			if p.Compute.EC2 {
				return "ec2"
			}
			return "fargate"
		},
	}
}

// ShortDuration writes a duration without what is nought: 6h, not 6h0m0s.
func ShortDuration(d time.Duration) string {
	s := d.String()
	if d%time.Minute == 0 {
		s = strings.TrimSuffix(s, "0s")
	}
	if d%time.Hour == 0 {
		s = strings.TrimSuffix(s, "0m")
	}
	if s == "" {
		return "0"
	}
	return s
}
