package main

func demoCommand() *command {
	return &command{use: "demo", short: "x", run: func(p *program, args []string) error { return nil }}
}
