package template

// An Unknown is a value that is known only after a resource is made.
type Unknown struct{}

// none is what {"Ref": "AWS::NoValue"} stands for: the member is left out.
type none struct{}

// A Scope gives values to names. Parameters and pseudo parameters are its own; Ref and
// Attribute are asked for resources.
type Scope struct {
	Template   *Template
	Parameters map[string]any // string, or []any for lists
	Pseudo     map[string]any // by name, such as AWS::Region
	Zones      []any          // what Fn::GetAZs gives for the region
	Ref        func(id string) (any, error)
	Attribute  func(id, name string) (any, error)
}
