/**
 * The completion script of each shell. All ask `kmend completion words` (bash: `line`) and read the answer's first line: `words`, and
 * what may stand here follows; or `files`, and the shell completes those itself, beside what follows. Nothing of an answer is ever evaluated: names of hosts
 * and tasks come out of files that somebody else may have written.
 */
export const completionScripts: Readonly<Record<string, string>> = {
  // bash takes words apart at colons, equals signs and ats, and replaces only the last piece: it gets the line whole, and gets back pieces.
  bash: `_kmend() {
  local kind each
  COMPREPLY=()
  {
    IFS= read -r kind
    while IFS= read -r each; do COMPREPLY+=("$each"); done
  } < <(kmend completion line -- "$COMP_WORDBREAKS" "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
  if [[ $kind == files ]]; then
    compopt -o default -o filenames
    if [[ \${#COMPREPLY[@]} -gt 0 ]]; then # only of nothing does bash make files by itself
      while IFS= read -r each; do COMPREPLY+=("$each"); done < <(compgen -f -- "$2")
    fi
  elif [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *[=:,] ]]; then
    compopt -o nospace
  fi
}
complete -F _kmend kmend`,
  // zsh either sources it, or finds it in its fpath, and then the first call loads the file.
  zsh: `#compdef kmend
_kmend() {
  local -a found
  found=("\${(@f)$(kmend completion words -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  if [[ $found[1] == files ]]; then
    shift found
    (( $#found )) && compadd -a found
    compset -P '*[=@]'
    _files || (( $#found ))
  else
    shift found
    local -a open=(\${(M)found:#*[=:,]}) whole=(\${found:#*[=:,]})
    (( $#open )) && compadd -S '' -a open
    (( $#whole )) && compadd -a whole
  fi
}
if [[ $funcstack[1] == _kmend ]]; then _kmend; else compdef _kmend kmend; fi`,
  fish: `function __kmend_complete
  set -l token (commandline -ct)
  set -l word (string unescape -- $token; or string trim -l -c '"\\'' -- $token)
  set -l found (kmend completion words -- (commandline -opc)[2..-1] "$word" 2>/dev/null)
  if test "$found[1]" = files
    set -l parts (string match -r '^(.*[=@]|)(.*)$' -- "$word")
    for each in (__fish_complete_path "$parts[3]")
      echo "$parts[2]$each"
    end
    if test (count $found) -gt 1
      printf '%s\\n' $found[2..-1]
    end
  else
    printf '%s\\n' $found[2..-1]
  end
end
complete -c kmend -f -a '(__kmend_complete)'`,
};
