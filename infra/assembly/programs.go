package assembly

import (
	"maps"
	"slices"
)

// A Program is something of the stack that runs: a job definition or the function.
type Program struct {
	ID          string            // logical id of the job definition or the function
	Command     []string          // with the parameters of a job as Ref::NAME
	Image       string            // name of its container image
	Environment map[string]string // variables by name
	Role        string            // logical id of the role that its calls are made by
	Execution   string            // logical id of the role that starts it; "" for a function
	Function    bool              // it is the Lambda function
}

// Programs returns what runs, in the order of logical ids.
func (s Stack) Programs(p Place) ([]Program, error) {
	var list []Program
	for _, id := range slices.Sorted(maps.Keys(s.Resources)) {
		var program Program
		var err error
		switch s.Resources[id].Type {
		case "AWS::Batch::JobDefinition":
			program, err = s.definition(id, p)
		case "AWS::Lambda::Function":
			program, err = s.function(id, p)
		default:
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, program)
	}
	return list, nil
}

func (s Stack) definition(id string, p Place) (Program, error) {
	container, _ := s.Resources[id].Properties["ContainerProperties"].(map[string]any)
	program := Program{
		ID: id, Role: ReferredTo(container["JobRoleArn"]), Execution: ReferredTo(container["ExecutionRoleArn"]),
		Environment: map[string]string{},
	}
	var err error
	if program.Image, err = s.Text(container["Image"], p); err != nil {
		return program, err
	}
	if program.Command, err = s.texts(container["Command"], p); err != nil {
		return program, err
	}
	pairs, _ := container["Environment"].([]any)
	for _, pair := range pairs {
		m, _ := pair.(map[string]any)
		name, _ := m["Name"].(string)
		if program.Environment[name], err = s.Text(m["Value"], p); err != nil {
			return program, err
		}
	}
	return program, nil
}

func (s Stack) function(id string, p Place) (Program, error) {
	properties := s.Resources[id].Properties
	code, _ := properties["Code"].(map[string]any)
	config, _ := properties["ImageConfig"].(map[string]any)
	environment, _ := properties["Environment"].(map[string]any)
	program := Program{ID: id, Role: ReferredTo(properties["Role"]), Function: true, Environment: map[string]string{}}
	var err error
	if program.Image, err = s.Text(code["ImageUri"], p); err != nil {
		return program, err
	}
	if program.Command, err = s.texts(config["EntryPoint"], p); err != nil {
		return program, err
	}
	variables, _ := environment["Variables"].(map[string]any)
	for name, value := range variables {
		if program.Environment[name], err = s.Text(value, p); err != nil {
			return program, err
		}
	}
	return program, nil
}

func (s Stack) texts(value any, p Place) ([]string, error) {
	list, _ := value.([]any)
	var texts []string
	for _, e := range list {
		text, err := s.Text(e, p)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}
