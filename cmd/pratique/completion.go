package main

import "strings"

func completionCommand() *command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &command{
		use:   "completion SHELL",
		short: "a script that completes commands and flags as you type",
		long:  "Completion prints the script for a shell: bash, zsh, fish or powershell.",
		example: `# now, in this bash
$ source <(pratique completion bash)

# in every fish from now on
$ pratique completion fish > ~/.config/fish/completions/pratique.fish`,
		args: shells,
		run: func(p *program, args []string) error {
			if len(args) != 1 {
				return misuse("name one shell", "`pratique completion bash`, or "+strings.Join(shells[1:], ", "))
			}
			switch args[0] {
			case "bash":
				return p.lib.GenBashCompletionV2(p.out, true)
			case "zsh":
				return p.lib.GenZshCompletion(p.out)
			case "fish":
				return p.lib.GenFishCompletion(p.out, true)
			case "powershell":
				return p.lib.GenPowerShellCompletionWithDesc(p.out)
			}
			return misuse("there is no completion for "+quote(args[0]), "there is one for "+strings.Join(shells, ", "))
		},
	}
}
