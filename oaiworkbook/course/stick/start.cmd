@echo off
rem Looks for a Python that this stick has packages for; start.py does the rest.
setlocal
set "START=%~dp0start.py"
for %%v in (3.14 3.13 3.12 3.11) do (
  py -%%v "%START%" --fits >nul 2>nul && (
    py -%%v "%START%" %*
    goto ended
  )
)
python "%START%" --fits >nul 2>nul && (
  python "%START%" %*
  goto ended
)
echo There is no Python on this machine that this stick can use.
echo See README.txt on the stick, under "Python is missing".
pause
exit /b 1
:ended
if errorlevel 1 pause
